package ndop.fhir.outcome;

import java.util.List;
import java.util.UUID;
import ndop.fhir.edition.Edition;
import ndop.fhir.policy.Refusal;
import ndop.fhir.policy.Situation;
import org.hl7.fhir.dstu3.model.OperationOutcome;
import org.hl7.fhir.dstu3.model.OperationOutcome.IssueSeverity;
import org.hl7.fhir.dstu3.model.OperationOutcome.IssueType;
import org.hl7.fhir.dstu3.model.OperationOutcome.OperationOutcomeIssueComponent;
import org.hl7.fhir.instance.model.api.IBaseOperationOutcome;

/** Writes outcomes in the form that the edition asks for (NDOP-134 to NDOP-137, NDOP-149). */
public final class SpineOutcomes {

  private final Edition edition;

  public SpineOutcomes(Edition edition) {
    this.edition = edition;
  }

  /** The outcome of a refusal: one issue for each of its diagnostics. */
  public OperationOutcome outcome(Refusal refusal) {
    OperationOutcome outcome = new OperationOutcome();
    outcome.setId(UUID.randomUUID().toString());
    outcome.getMeta().addProfile(edition.outcome().profile());
    Edition.Answer answer = refusal.situation().answer(edition);
    refusal.diagnostics().forEach(text -> outcome.addIssue(issue(answer, text)));
    return outcome;
  }

  /** The HTTP status of a refusal. */
  public int status(Refusal refusal) {
    return refusal.situation().answer(edition).status();
  }

  /** The exception that makes HAPI answer with the refusal's status and outcome. */
  public RefusedException refused(Refusal refusal) {
    return new RefusedException(refusal.situation(), status(refusal), outcome(refusal));
  }

  /** As {@link #refused(Refusal)}, with a single issue. */
  public RefusedException refused(Situation situation, String diagnostics) {
    return refused(new Refusal(situation, List.of(diagnostics)));
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
