package ndop.fhir.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import ca.uhn.fhir.jpa.model.util.JpaConstants;
import ca.uhn.fhir.rest.api.Constants;
import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class HapiHeaderFilterTest {

  /** Of the API, of HTTP, or refused by the policies. */
  private static final Set<String> UNDERSTOOD =
      Set.of(
          "accept",
          "accept-encoding",
          "access-control-request-headers",
          "access-control-request-method",
          "authorization",
          "content-encoding",
          "content-location",
          "content-type",
          "cookie",
          "if-match",
          "if-modified-since",
          "if-none-exist",
          "if-none-match",
          "origin",
          "prefer",
          "x-forwarded-for",
          "x-forwarded-host",
          "x-forwarded-prefix",
          "x-forwarded-proto",
          "x-request-id",
          "x-upsert-extistence-check");

  /** Of responses: nothing reads them in a request. */
  private static final Set<String> OF_RESPONSES =
      Set.of(
          "access-control-allow-credentials",
          "access-control-allow-headers",
          "access-control-allow-methods",
          "access-control-allow-origin",
          "access-control-expose-headers",
          "access-control-max-age",
          "allow",
          "content-disposition",
          "date",
          "etag",
          "last-modified",
          "location",
          "retry-after",
          "x-powered-by");

  @Test
  void knowsEveryHeaderOfHapi() {
    Set<String> known = new TreeSet<>(HapiHeaderFilter.HIDDEN);
    known.addAll(UNDERSTOOD);
    known.addAll(OF_RESPONSES);

    Set<String> names =
        Stream.of(Constants.class, JpaConstants.class)
            .flatMap(constants -> Arrays.stream(constants.getFields()))
            .filter(HapiHeaderFilterTest::isNameOfHeader)
            .map(HapiHeaderFilterTest::value)
            .collect(Collectors.toSet());

    assertThat(new TreeSet<>(names)).isEqualTo(known);
  }

  /** Constants that begin alike are values, or the same names in lower case. */
  private static boolean isNameOfHeader(Field constant) {
    String name = constant.getName();
    return name.startsWith("HEADER_")
        && !name.matches(
            "HEADER_(?:ACCEPT_VALUE|AUTHORIZATION_VALPREFIX|SUFFIX|PREFER_|RETRY$|MAX_RETRIES|CASCADE_MAX"
                + "|UPSERT_EXISTENCE_CHECK_DISABLED).*");
  }

  private static String value(Field constant) {
    try {
      return String.valueOf(constant.get(null)).toLowerCase(Locale.ROOT);
    } catch (IllegalAccessException inaccessible) {
      throw new IllegalStateException(inaccessible);
    }
  }
}
