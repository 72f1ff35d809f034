package ndop.fhir.outcome;

import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import ndop.fhir.edition.Edition;
import ndop.fhir.masking.ConfidentialDataMasker;
import ndop.fhir.policy.Outcome;
import ndop.fhir.policy.Situation;
import org.hl7.fhir.dstu3.model.OperationOutcome;
import org.hl7.fhir.dstu3.model.OperationOutcome.IssueSeverity;
import org.hl7.fhir.dstu3.model.OperationOutcome.IssueType;
import org.hl7.fhir.dstu3.model.OperationOutcome.OperationOutcomeIssueComponent;
import org.hl7.fhir.instance.model.api.IBaseOperationOutcome;
import org.springframework.http.HttpHeaders;

/**
 * Turns the outcome of a policy into the OperationOutcome, the HTTP status and the exception that
 * the edition prescribes for it (NDOP-134 to NDOP-137, NDOP-149).
 *
 * <p>Diagnostics repeat no number that could be a patient's, whatever policy, library or body they
 * come from. The codes of the edition's own purposes stay.
 */
public final class SpineOutcomeFactory {

  private static final String TRANSIENT = IssueType.TRANSIENT.toCode();

  /** After how many seconds a request that found the server overloaded may be repeated. */
  public static final int SECONDS_TO_RETRY_OVERLOAD = 1;

  /** In this time a database that was restarted answers again. */
  private static final int SECONDS_TO_RETRY_OUTAGE = 5;

  private final Edition edition;
  private final ConfidentialDataMasker masker;

  public SpineOutcomeFactory(Edition edition) {
    this.edition = edition;
    this.masker =
        new ConfidentialDataMasker(edition.purposes().stream().map(Edition.Purpose::code).toList());
  }

  /** The resource: one issue for each of the diagnostics. */
  public OperationOutcome operationOutcome(Outcome outcome) {
    OperationOutcome resource = new OperationOutcome();
    resource.setId(UUID.randomUUID().toString());
    resource.getMeta().addProfile(edition.outcome().profile());
    Edition.Answer answer = outcome.situation().answer(edition);
    outcome.diagnostics().forEach(text -> resource.addIssue(issue(answer, text)));
    return resource;
  }

  /** An issue of this situation, such as one of several in a report. */
  public OperationOutcomeIssueComponent issue(Situation situation, String diagnostics) {
    return issue(situation.answer(edition), diagnostics);
  }

  /** An issue that is no entry of the catalogue, because nothing would be refused for it. */
  public OperationOutcomeIssueComponent remark(
      IssueSeverity severity, IssueType type, String diagnostics) {
    return new OperationOutcomeIssueComponent()
        .setSeverity(severity)
        .setCode(type)
        .setDiagnostics(masker.maskIdentifiers(diagnostics));
  }

  /** The HTTP status. */
  public int status(Outcome outcome) {
    return outcome.situation().answer(edition).status();
  }

  /**
   * The exception that makes HAPI respond with this status and resource, and with Retry-After if
   * repeating the request may succeed (NDOP-210).
   */
  public OutcomeException exception(Outcome outcome) {
    OutcomeException exception =
        new OutcomeException(outcome.situation(), status(outcome), operationOutcome(outcome));
    secondsToRetry(outcome)
        .ifPresent(
            seconds ->
                exception.addResponseHeader(HttpHeaders.RETRY_AFTER, String.valueOf(seconds)));
    return exception;
  }

  /** After how many seconds repeating the request may succeed; empty if it never will. */
  public OptionalInt secondsToRetry(Outcome outcome) {
    if (outcome.situation() == Situation.OVERLOADED) {
      return OptionalInt.of(SECONDS_TO_RETRY_OVERLOAD);
    }
    return TRANSIENT.equals(outcome.situation().answer(edition).issue())
        ? OptionalInt.of(SECONDS_TO_RETRY_OUTAGE)
        : OptionalInt.empty();
  }

  /** As {@link #exception(Outcome)}, with a single issue. */
  public OutcomeException exception(Situation situation, String diagnostics) {
    return exception(new Outcome(situation, List.of(diagnostics)));
  }

  /** Whether {@code outcome} was created here and need not be replaced. */
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
    issue.setDiagnostics(masker.maskIdentifiers(diagnostics));
    return issue;
  }
}
