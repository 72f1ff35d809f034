package ndop.fhir.policy;

import static org.assertj.core.api.Assertions.assertThat;

import ndop.fhir.edition.Edition;
import ndop.fhir.edition.EditionFixtures;
import org.hl7.fhir.dstu3.model.OperationOutcome.IssueSeverity;
import org.hl7.fhir.dstu3.model.OperationOutcome.IssueType;
import org.junit.jupiter.api.Test;

class SituationTest {

  @Test
  void everySituationHasAnAnswer() {
    assertThat(Situation.unanswered(EditionFixtures.FACTS)).isEmpty();
  }

  @Test
  void everyAnswerHasCodesThatFhirKnows() {
    for (Edition.Answer answer : EditionFixtures.FACTS.errors().values()) {
      assertThat(IssueSeverity.fromCode(answer.severity())).isNotNull();
      assertThat(IssueType.fromCode(answer.issue())).isNotNull();
      assertThat(answer.code()).isNotBlank();
      assertThat(answer.display()).isNotBlank();
    }
  }
}
