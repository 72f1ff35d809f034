package ndop.fhir.policy;

import static org.assertj.core.api.Assertions.assertThat;

import ndop.fhir.edition.EditionFixtures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PatientReferenceParserTest {

  private final PatientReferenceParser patients = new PatientReferenceParser(EditionFixtures.FACTS);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://demographics.spineservices.nhs.uk/STU3/Patient/4505577104",
        "http://other.example/Patient/4505577104",
        "http://other.example:8080/a/b/Patient/4505577104",
        "https://pds.proxy.nhs.uk/4505577104",
      })
  void takesTheNumberAtTheEnd(String reference) {
    assertThat(patients.nhsNumber(reference)).contains("4505577104");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "4505577104",
        "Patient/4505577104",
        "https://example.org/Patient/450-557-7104",
        "https://example.org/Patient/45055771044",
        "https://example.org/Patient/4505577104/_history/1",
        "https://example.org/Patient/4505577104\n",
        "https://example.org/Patient/4505577104?x",
        "https://example.org/Patient/4505577104#x",
        "https://example.org/Pa tient/4505577104",
        "https:///4505577104",
        "https://example.org//4505577104",
        "https://example.org//Patient/4505577104",
        "https://4505577104",
        "ftp://example.org/Patient/4505577104",
        "urn:nhs:4505577104",
        "",
      })
  void findsNoNumberInOtherReferences(String reference) {
    assertThat(patients.nhsNumber(reference)).isEmpty();
  }

  /** Java's engine overflows its stack where a group repeats often. */
  @Test
  void readsReferencesOfAnyLength() {
    String reference = "https://example.org" + "/a".repeat(500_000) + "/4505577104";
    assertThat(patients.nhsNumber(reference)).contains("4505577104");
    assertThat(patients.nhsNumber(reference + "?")).isEmpty();
  }

  @Test
  void understandsABareNumberInASearch() {
    assertThat(patients.nhsNumberOfParameter("4505577104")).contains("4505577104");
    assertThat(patients.nhsNumberOfParameter("450557710")).isEmpty();
  }
}
