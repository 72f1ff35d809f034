package ndop.fhir.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class UrlPolicyTest {

  private final UrlPolicy policy = new UrlPolicy(44, 3);

  @Test
  void acceptsUrlsWithinTheLimits() {
    assertThat(policy.refusal("/fhir/Consent", "patient=1&_format=json&_count=1")).isEmpty();
    assertThat(policy.refusal("/fhir/Consent/1", null)).isEmpty();
    assertThat(policy.refusal("/" + "a".repeat(43), "")).isEmpty();
  }

  @Test
  void countsPathAndQueryTogether() {
    Outcome refusal = policy.refusal("/" + "a".repeat(34), "b".repeat(10)).orElseThrow();
    assertThat(refusal.situation()).isEqualTo(Situation.ADDRESS_TOO_LONG);
    assertThat(refusal.diagnostics().get(0)).contains("at most 44").contains("found 45");
  }

  @Test
  void refusesADoubleEncodedPath() {
    assertThat(policy.refusal("/fhir/Consent/%252e%252e", null))
        .map(Outcome::situation)
        .contains(Situation.MALFORMED_REQUEST);
    assertThat(policy.refusal("/fhir/Consent/%2e", "patient=%25")).isEmpty();
  }

  @Test
  void refusesABrokenPercentEncoding() {
    for (String query : List.of("patient=%", "patient=%2", "patient=%zz", "%=1")) {
      assertThat(policy.refusal("/fhir/Consent", query))
          .map(Outcome::situation)
          .contains(Situation.MALFORMED_REQUEST);
    }
    assertThat(policy.refusal("/fhir/Consent", "patient=%2f%2F")).isEmpty();
  }

  @Test
  void countsParametersWithoutAName() {
    Outcome refusal = policy.refusal("/", "&&&").orElseThrow();
    assertThat(refusal.situation()).isEqualTo(Situation.TOO_MANY_PARAMETERS);
    assertThat(refusal.diagnostics().get(0)).contains("at most 3").contains("found 4");
  }
}
