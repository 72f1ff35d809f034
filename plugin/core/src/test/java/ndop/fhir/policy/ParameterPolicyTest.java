package ndop.fhir.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import ndop.fhir.edition.Edition;
import ndop.fhir.edition.EditionFixtures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParameterPolicyTest {

  private static final String PATIENT =
      "https://demographics.spineservices.nhs.uk/STU3/Patient/4505577104";

  private final ParameterPolicy policy = new ParameterPolicy(EditionFixtures.FACTS);

  @Test
  void acceptsTheParametersOfTheEdition() {
    assertThat(refusal(Interaction.SEARCH_TYPE, "patient", PATIENT)).isEmpty();
    assertThat(refusal(Interaction.SEARCH_TYPE, "_id", "402", "_format", "xml")).isEmpty();
    assertThat(refusal(Interaction.HISTORY_TYPE, "patient", PATIENT, "versionId", "1")).isEmpty();
    assertThat(refusal(Interaction.HISTORY_INSTANCE, "_count", "10")).isEmpty();
    assertThat(refusal(Interaction.READ)).isEmpty();
  }

  @Test
  void acceptsTheParametersOfConformanceResources() {
    assertThat(refusal(Interaction.CONFORMANCE_SEARCH)).isEmpty();
    assertThat(refusal(Interaction.CONFORMANCE_SEARCH, "url", "https://x", "name", "y")).isEmpty();
    assertThat(refusal(Interaction.CONFORMANCE_SEARCH, "status", "draft"))
        .map(Outcome::situation)
        .contains(Situation.INVALID_PARAMETER);
  }

  @Test
  void acceptsTheParametersOfAnOperation() {
    Edition.Operation expand = EditionFixtures.FACTS.conformance().operation("ValueSet", "expand");

    assertThat(policy.refusal(expand, Map.of("url", new String[] {"https://x"}))).isEmpty();
    assertThat(policy.refusal(expand, Map.of("code", new String[] {"x"})))
        .map(Outcome::situation)
        .contains(Situation.INVALID_PARAMETER);
  }

  @ParameterizedTest
  @CsvSource({
    "SEARCH_TYPE, colour",
    "SEARCH_TYPE, status",
    "SEARCH_TYPE, patient:missing",
    "SEARCH_TYPE, patient.name",
    "SEARCH_TYPE, _include",
    "SEARCH_TYPE, _getpages",
    "SEARCH_TYPE, versionId",
    "READ, _summary",
    "CREATE, patient",
    "UPDATE, patient",
  })
  void refusesParametersThatAnInteractionDoesNotHave(Interaction interaction, String name) {
    Optional<Outcome> refusal = refusal(interaction, "patient", PATIENT, name, "x");

    assertThat(refusal).map(Outcome::situation).contains(Situation.INVALID_PARAMETER);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "many", "", "99999999999", "1.5"})
  void refusesAnInvalidPageSize(String count) {
    assertThat(refusal(Interaction.SEARCH_TYPE, "patient", PATIENT, "_count", count))
        .map(Outcome::situation)
        .contains(Situation.INVALID_PARAMETER);
  }

  @Test
  void refusesAParameterGivenTwice() {
    Map<String, String[]> twice = Map.of("patient", new String[] {PATIENT, PATIENT});

    assertThat(policy.refusal(Interaction.SEARCH_TYPE, twice))
        .map(Outcome::situation)
        .contains(Situation.INVALID_PARAMETER);
  }

  @ParameterizedTest
  @CsvSource({"SEARCH_TYPE, _format, json", "SEARCH_TYPE, patient, ''", "HISTORY_TYPE, _count, 1"})
  void requiresMandatoryParameters(Interaction interaction, String name, String value) {
    assertThat(refusal(interaction, name, value))
        .map(Outcome::situation)
        .contains(Situation.MISSING_PARAMETER);
  }

  @Test
  void doesNotRepeatWhatCouldBeAnNhsNumber() {
    String text =
        refusal(Interaction.SEARCH_TYPE, "x4505577104", "1").orElseThrow().diagnostics().get(0);

    assertThat(text).contains("found 'x…'").doesNotContain("4505577104");
  }

  private Optional<Outcome> refusal(Interaction interaction, String... namesAndValues) {
    Map<String, String[]> parameters = new HashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      parameters.put(namesAndValues[i], new String[] {namesAndValues[i + 1]});
    }
    return policy.refusal(interaction, parameters);
  }
}
