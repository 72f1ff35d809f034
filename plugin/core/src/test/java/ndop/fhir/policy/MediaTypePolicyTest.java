package ndop.fhir.policy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MediaTypePolicyTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/fhir+json",
        "application/fhir+xml",
        "application/json+fhir",
        "application/fhir+xml, application/fhir+json;q=0.5",
        "text/html,application/xhtml+xml,*/*;q=0.8",
        "application/*",
        "",
      })
  void answersInATypeThatIsAccepted(String accept) {
    assertThat(MediaTypePolicy.answerRefusal(null, accept)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"image/png", "text/html", "application/pdf, image/*", "not a type"})
  void refusesWhenNothingIsAccepted(String accept) {
    assertThat(MediaTypePolicy.answerRefusal(null, accept))
        .map(Outcome::situation)
        .contains(Situation.UNACCEPTABLE_MEDIA_TYPE);
  }

  @ParameterizedTest
  @CsvSource({"xml, ", "json, image/png", "application/fhir+xml, ", "application/fhir json, "})
  void formatBeatsAccept(String format, String accept) {
    assertThat(MediaTypePolicy.answerRefusal(format, accept)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "application/fhir+xml, application/fhir+xml",
    "Application/FHIR+XML, application/fhir+xml",
    "APPLICATION/XML, application/xml",
    "application/json, application/json",
    "'application/fhir+xml, application/fhir+json;q=0.5', application/fhir+xml",
    "'application/fhir+xml;q=0.4, application/fhir+json;Q=0.5', application/fhir+json",
    "'application/fhir+xml, application/fhir+json', application/fhir+json",
    "'application/fhir+ndjson, application/fhir+json;q=0.1', application/fhir+json",
    "'text/turtle, application/fhir+xml;q=0.001', application/fhir+xml",
    "'application/fhir+json;q=0, */*;q=0.5', application/json+fhir",
    "'application/*;q=0.5, application/fhir+json;q=0.2', application/json+fhir",
    "'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', application/xml",
    "*/*, application/fhir+json",
    "image/png, application/fhir+json",
    "not a type, application/fhir+json",
  })
  void answersInWhatIsMostWelcome(String accept, String expected) {
    assertThat(MediaTypePolicy.answerType(accept, null)).isEqualTo(expected);
  }

  @Test
  void answersInTheTypeOfTheBodyIfTheClientDoesNotSay() {
    assertThat(MediaTypePolicy.answerType(null, "Application/FHIR+xml; charset=utf-8"))
        .isEqualTo("application/fhir+xml");
    assertThat(MediaTypePolicy.answerType("", "application/fhir+xml"))
        .isEqualTo("application/fhir+xml");
    assertThat(MediaTypePolicy.answerType(null, "application/fhir+ndjson"))
        .isEqualTo("application/fhir+json");
    assertThat(MediaTypePolicy.answerType(null, null)).isEqualTo("application/fhir+json");
  }

  @Test
  void refusesATypeThatIsNotWelcome() {
    assertThat(MediaTypePolicy.answerRefusal(null, "application/fhir+json;q=0, image/png"))
        .map(Outcome::situation)
        .contains(Situation.UNACCEPTABLE_MEDIA_TYPE);
  }

  @ParameterizedTest
  @CsvSource({
    "xml, xml",
    "JSON, json",
    "Application/FHIR+XML, application/fhir+xml",
    "application/fhir json, application/fhir+json",
    "application/fhir+xml; charset=utf-8, application/fhir+xml",
  })
  void knowsFormats(String format, String expected) {
    assertThat(MediaTypePolicy.formatted(format)).contains(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ndjson", "application/fhir+ndjson", "ttl", "*/*", "html/json", "x y"})
  void knowsNoOtherFormat(String format) {
    assertThat(MediaTypePolicy.formatted(format)).isEmpty();
  }

  @Test
  void refusesAnUnknownFormat() {
    assertThat(MediaTypePolicy.answerRefusal("csv", "application/fhir+json"))
        .map(Outcome::situation)
        .contains(Situation.UNACCEPTABLE_MEDIA_TYPE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/fhir+json",
        "application/fhir+xml; charset=UTF-8",
        "application/json;charset=us-ascii",
        "application/xml+fhir",
      })
  void readsBodiesOfFhirTypes(String contentType) {
    assertThat(MediaTypePolicy.bodyRefusal(contentType)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/fhir+json; charset=iso-8859-1",
        "application/fhir+json; charset=klingon",
        "application/fhir+json, application/fhir+xml",
        "*/*",
        "json",
        "",
      })
  void refusesOtherBodies(String contentType) {
    assertThat(MediaTypePolicy.bodyRefusal(contentType))
        .map(Outcome::situation)
        .contains(Situation.UNSUPPORTED_MEDIA_TYPE);
  }

  @Test
  void refusesABodyWithoutType() {
    assertThat(MediaTypePolicy.bodyRefusal(null))
        .map(Outcome::situation)
        .contains(Situation.UNSUPPORTED_MEDIA_TYPE);
  }
}
