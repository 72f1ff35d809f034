package ndop.fhir.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import ndop.fhir.edition.EditionFixtures;
import ndop.fhir.policy.Situation;
import org.hl7.fhir.dstu3.model.OperationOutcome;
import org.junit.jupiter.api.Test;

class SpineOutcomeFactoryTest {

  private final SpineOutcomeFactory outcomes = new SpineOutcomeFactory(EditionFixtures.FACTS);

  @Test
  void noNumberAndNoTokenIsRepeated() {
    String code = EditionFixtures.FACTS.purposes().get(0).code();
    OutcomeException exception =
        outcomes.exception(
            Situation.INVALID_RESOURCE,
            "Consent.x9990000018: expected %s, found 999 000 0018, 99900000189 and eyJhbGciOiJ9."
                .formatted(code));

    OperationOutcome outcome = (OperationOutcome) exception.getOperationOutcome();
    assertThat(outcome.getIssueFirstRep().getDiagnostics())
        .isEqualTo("Consent.x…: expected %s, found …, … and …".formatted(code));
  }
}
