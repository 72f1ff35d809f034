package ndop.fhir.policy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BodySizePolicyTest {

  private final BodySizePolicy sizes = new BodySizePolicy(1024);

  @Test
  void refusesMoreThanTheLimit() {
    assertThat(sizes.refusal(1025))
        .hasValueSatisfying(
            refusal -> assertThat(refusal.situation()).isEqualTo(Situation.BODY_TOO_LARGE));
    assertThat(sizes.refusal(Long.MAX_VALUE)).isPresent();
  }

  @Test
  void passesWhatIsWithinItOrNotKnown() {
    assertThat(sizes.refusal(1024)).isEmpty();
    assertThat(sizes.refusal(0)).isEmpty();
    assertThat(sizes.refusal(-1)).isEmpty();
  }
}
