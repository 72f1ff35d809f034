package ndop.fhir.policy;

import static org.assertj.core.api.Assertions.assertThat;

import ndop.fhir.edition.EditionFixtures;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParameterValuePolicyTest {

  private final ParameterValuePolicy policy = new ParameterValuePolicy(EditionFixtures.FACTS);

  @ParameterizedTest
  @CsvSource({
    "patient, 9990000018",
    "patient, Patient/9990000018",
    "patient, https://demographics.spineservices.nhs.uk/STU3/Patient/9990000018",
    "patient, https://demographics.spineservices.nhs.uk//45055771aaaa",
    "patient, nobody",
    "_since, 2020-02-29T23:59:59Z",
    "_since, 2020-02-29T23:59:59.123+01:00",
    "_since, 2020-02-29T23:59:59 01:00",
    "_count, 0",
    "_offset, 999999",
    "_pretty, true",
    "versionId, 1",
    "_id, anything",
  })
  void understands(String name, String value) {
    assertThat(policy.refusal(name, value)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "patient, '9990000018,9990000026', INVALID_PARAMETER",
    "patient, 'nobody,somebody', INVALID_PARAMETER",
    "patient, 999 000 0018, INVALID_NHS_NUMBER",
    "patient, Patient/9990000018/_history/1, INVALID_NHS_NUMBER",
    "patient, http://fhir.nhs.net/Id/nhs-number|9990000018, INVALID_NHS_NUMBER",
    "patient, urn:nhs:9990000018, INVALID_NHS_NUMBER",
    "_since, abc, INVALID_PARAMETER",
    "_since, 2020, INVALID_PARAMETER",
    "_since, 2020-02, INVALID_PARAMETER",
    "_since, 2020-02-29, INVALID_PARAMETER",
    "_since, 2020-13, INVALID_PARAMETER",
    "_since, 2021-02-29, INVALID_PARAMETER",
    "_since, 2020-02-29T24:00:00Z, INVALID_PARAMETER",
    "_since, 2020-02-29T23:59:59, INVALID_PARAMETER",
    "_since, '2020,2021', INVALID_PARAMETER",
    "_since, gt2020, INVALID_PARAMETER",
    "_count, -1, INVALID_PARAMETER",
    "_offset, x, INVALID_PARAMETER",
    "offset, 1e3, INVALID_PARAMETER",
    "_pretty, maybe, INVALID_PARAMETER",
    "versionId, '1,2', INVALID_PARAMETER",
  })
  void refuses(String name, String value, Situation expected) {
    assertThat(policy.refusal(name, value))
        .hasValueSatisfying(
            refusal -> {
              assertThat(refusal.situation()).isEqualTo(expected);
              assertThat(refusal.diagnostics().get(0)).startsWith(name).doesNotContain("0018");
            });
  }
}
