package ndop.fhir.outcome;

import java.util.List;
import java.util.UUID;
import ndop.fhir.edition.Edition;
import ndop.fhir.policy.Outcome;
import ndop.fhir.policy.Situation;
import org.hl7.fhir.dstu3.model.OperationOutcome;
import org.hl7.fhir.dstu3.model.OperationOutcome.IssueSeverity;
import org.hl7.fhir.dstu3.model.OperationOutcome.IssueType;
import org.hl7.fhir.dstu3.model.OperationOutcome.OperationOutcomeIssueComponent;
import org.hl7.fhir.instance.model.api.IBaseOperationOutcome;

/** Writes outcomes in the form that the edition asks for (NDOP-134 to NDOP-137, NDOP-149). */
public final class SpineOutcomeFactory {

  private final Edition edition;

  public SpineOutcomeFactory(Edition edition) {
    this.edition = edition;
  }

  /** The outcome of a refusal: one issue for each of its diagnostics. */
  public OperationOutcome operationOutcome(Outcome refusal) {
    OperationOutcome outcome = new OperationOutcome();
    outcome.setId(UUID.randomUUID().toString());
    outcome.getMeta().addProfile(edition.outcome().profile());
    Edition.Answer answer = refusal.situation().answer(edition);
    refusal.diagnostics().forEach(text -> outcome.addIssue(issue(answer, text)));
    return outcome;
  }

  /** The HTTP status of a refusal. */
  public int status(Outcome refusal) {
    return refusal.situation().answer(edition).status();
  }

  /** The exception that makes HAPI answer with the refusal's status and outcome. */
  public OutcomeException exception(Outcome refusal) {
    return new OutcomeException(refusal.situation(), status(refusal), operationOutcome(refusal));
  }

  /** As {@link #exception(Outcome)}, with a single issue. */
  public OutcomeException exception(Situation situation, String diagnostics) {
    return exception(new Outcome(situation, List.of(diagnostics)));
  }

  /** Whether {@code outcome} was written here. */
  public boolean isOwn(IBaseOperationOutcome outcome) {
    return outcome != null
        && outcome.getMeta().getProfile().stream()
            .anyMatch(profile -> edition.outcome().profile().equals(profile.getValue()));
  }

  private OperationOutcomeIssueComponent issue(Edition.Answer answer, String diagnostics) {
    OperationOutcomeIssueComponent issue = new OperationOutcomeIssueComponent();
    issue.setSeverity(IssueSeverity.fromCode(answer.severity()));
    issue.setCode(IssueType.fromCode(answer.issue()));
    issue
        .getDetails()
        .addCoding()
        .setSystem(edition.outcome().system())
        .setCode(answer.code())
        .setDisplay(answer.display());
    issue.setDiagnostics(diagnostics);
    return issue;
  }
}
