package ndop.fhir.policy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RequestBoundsTest {

  private final RequestBounds bounds = new RequestBounds(44, 3);

  @Test
  void passesWhatIsWithin() {
    assertThat(bounds.refusal("/fhir/Consent", "patient=1&_format=json&_count=1")).isEmpty();
    assertThat(bounds.refusal("/fhir/Consent/1", null)).isEmpty();
    assertThat(bounds.refusal("/" + "a".repeat(43), "")).isEmpty();
  }

  @Test
  void countsPathAndQueryTogether() {
    Refusal refusal = bounds.refusal("/" + "a".repeat(34), "b".repeat(10)).orElseThrow();
    assertThat(refusal.situation()).isEqualTo(Situation.ADDRESS_TOO_LONG);
    assertThat(refusal.diagnostics().get(0)).contains("at most 44").contains("found 45");
  }

  @Test
  void countsParametersThatHaveNoName() {
    Refusal refusal = bounds.refusal("/", "&&&").orElseThrow();
    assertThat(refusal.situation()).isEqualTo(Situation.TOO_MANY_PARAMETERS);
    assertThat(refusal.diagnostics().get(0)).contains("at most 3").contains("found 4");
  }
}
