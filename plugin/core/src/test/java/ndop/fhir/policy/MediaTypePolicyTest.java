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
