package ndop.fhir.policy;

import static ndop.fhir.policy.Situation.ADDRESS_TOO_LONG;
import static ndop.fhir.policy.Situation.MALFORMED_REQUEST;
import static ndop.fhir.policy.Situation.TOO_MANY_PARAMETERS;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Limits the URL of a request, and checks its percent-encoding. A path that is encoded twice is
 * refused, because HAPI would decode it a second time, to another path or to none; so is a query
 * with invalid encoding, of which Tomcat would drop a part and on which HAPI would fail.
 *
 * @param maxLength the maximum length of path and query together
 * @param maxParameters the maximum number of parameters in the query
 */
public record UrlPolicy(long maxLength, int maxParameters) {

  private static final String PERCENT = "%25";
  private static final Pattern BROKEN_ENCODING = Pattern.compile("%(?![0-9A-Fa-f]{2})");

  /**
   * The reason for refusing the URL; both parts are as they were sent, {@code query} may be null.
   */
  public Optional<Outcome> refusal(String path, String query) {
    String sent = query == null ? "" : query;
    if (path.contains(PERCENT)) {
      return Optional.of(
          Outcome.of(
              MALFORMED_REQUEST, "Expected a path without percent signs; found an encoded one."));
    }
    if (BROKEN_ENCODING.matcher(sent).find()) {
      return Optional.of(
          Outcome.of(
              MALFORMED_REQUEST,
              "Expected two hexadecimal digits after each percent sign of the query; found none."));
    }
    if (path.length() + sent.length() > maxLength) {
      return Optional.of(
          Outcome.of(
              ADDRESS_TOO_LONG,
              "Expected a path and query of at most %d characters together; found %d."
                  .formatted(maxLength, path.length() + sent.length())));
    }
    long found = sent.isEmpty() ? 0 : 1 + sent.chars().filter(one -> one == '&').count();
    return found > maxParameters
        ? Optional.of(
            Outcome.of(
                TOO_MANY_PARAMETERS,
                "Expected at most %d parameters; found %d.".formatted(maxParameters, found)))
        : Optional.empty();
  }
}
