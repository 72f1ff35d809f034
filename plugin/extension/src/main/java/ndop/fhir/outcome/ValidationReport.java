package ndop.fhir.outcome;

import java.util.List;
import java.util.Optional;
import ndop.fhir.policy.Outcome;
import ndop.fhir.policy.Situation;
import ndop.fhir.policy.ValidationOutcome;
import ndop.fhir.validation.Finding;
import org.hl7.fhir.dstu3.model.IntegerType;
import org.hl7.fhir.dstu3.model.OperationOutcome;
import org.hl7.fhir.dstu3.model.OperationOutcome.IssueSeverity;
import org.hl7.fhir.dstu3.model.OperationOutcome.IssueType;
import org.hl7.fhir.dstu3.model.OperationOutcome.OperationOutcomeIssueComponent;
import org.hl7.fhir.dstu3.model.StringType;

/**
 * The answer of {@code $validate}: an issue for each finding, with the element and its place in the
 * text that was sent and the rule that it breaks (NDOP-207). It is no Spine outcome, whose issues
 * may not say the element.
 */
public final class ValidationReport {

  private static final int MAX_ISSUES = 200;

  /** HL7's extensions for the place of an issue, and for the rule that was broken. */
  private static final String HL7 = "http://hl7.org/fhir/StructureDefinition/operationoutcome-";

  private static final String LINE = HL7 + "issue-line";
  private static final String COLUMN = HL7 + "issue-col";
  private static final String RULE = HL7 + "message-id";

  private final SpineOutcomeFactory outcomes;

  public ValidationReport(SpineOutcomeFactory outcomes) {
    this.outcomes = outcomes;
  }

  /**
   * The report.
   *
   * @param verdict what the validator found
   * @param refusals for what else of its content the body would be refused
   */
  public OperationOutcome of(ValidationOutcome verdict, List<Outcome> refusals) {
    OperationOutcome report = new OperationOutcome();
    refusals.forEach(refusal -> add(report, refusal));
    Optional<Outcome> refusal = verdict.refusal();
    Situation situation = refusal.map(Outcome::situation).orElse(Situation.INVALID_RESOURCE);
    verdict.findings().stream()
        .limit(MAX_ISSUES)
        .forEach(finding -> report.addIssue(issue(finding, situation)));
    boolean saysWhy =
        verdict.findings().stream().anyMatch(finding -> finding.severity().invalidates());
    if (!saysWhy) {
      refusal.ifPresent(dropped -> add(report, dropped));
    }
    if (report.getIssue().isEmpty()) {
      report.addIssue(
          outcomes.remark(
              IssueSeverity.INFORMATION, IssueType.INFORMATIONAL, "Valid: there is no finding."));
    }
    return report;
  }

  private void add(OperationOutcome report, Outcome outcome) {
    outcome
        .diagnostics()
        .forEach(text -> report.addIssue(outcomes.issue(outcome.situation(), text)));
  }

  private OperationOutcomeIssueComponent issue(Finding finding, Situation situation) {
    IssueSeverity severity = IssueSeverity.fromCode(finding.severity().code());
    OperationOutcomeIssueComponent issue =
        finding.severity().invalidates()
            ? outcomes.issue(situation, finding.message()).setSeverity(severity)
            : outcomes.remark(severity, IssueType.INVALID, finding.message());
    if (!finding.path().isEmpty()) {
      issue.addExpression(finding.path());
    }
    if (finding.line() > 0) {
      issue.addExtension().setUrl(LINE).setValue(new IntegerType(finding.line()));
      issue.addExtension().setUrl(COLUMN).setValue(new IntegerType(finding.column()));
    }
    if (!finding.rule().isEmpty()) {
      issue.addExtension().setUrl(RULE).setValue(new StringType(finding.rule()));
    }
    return issue;
  }
}
