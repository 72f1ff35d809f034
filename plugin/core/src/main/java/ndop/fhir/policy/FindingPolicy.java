package ndop.fhir.policy;

import java.util.List;
import java.util.Optional;
import ndop.fhir.edition.Edition;
import ndop.fhir.validation.Finding;
import ndop.fhir.validation.Severity;

/**
 * Decides what the validator's findings mean for a request: an error causes it to be refused
 * (NDOP-138), and so does a wrong check digit of an NHS number if a setting says so (NDOP-025,
 * decision D-04). A value that is only whitespace is an error too, because HAPI would store the
 * resource without it.
 */
public final class FindingPolicy {

  /** The maximum number of issues in a response. */
  private static final int MAX_ISSUES = 20;

  /** HL7's message id of a finding that is a warning in STU3. */
  private static final String WHITESPACE_ONLY = "Type_Specific_Checks_DT_Primitive_WS";

  private final Edition edition;
  private final boolean strictNhsNumber;

  public FindingPolicy(Edition edition, boolean strictNhsNumber) {
    this.edition = edition;
    this.strictNhsNumber = strictNhsNumber;
  }

  /** The findings with their severity in this API. */
  public List<Finding> grade(List<Finding> findings) {
    return findings.stream()
        .map(
            finding ->
                strictNhsNumber && isOnCheckDigit(finding) || isOnWhitespace(finding)
                    ? finding.at(Severity.ERROR)
                    : finding)
        .toList();
  }

  /** The refusal for the findings; empty if none is an error. */
  public Optional<Outcome> refusal(List<Finding> findings) {
    List<Finding> errors =
        grade(findings).stream().filter(finding -> finding.severity().invalidates()).toList();
    if (errors.isEmpty()) {
      return Optional.empty();
    }
    Situation situation =
        errors.stream().allMatch(this::isOnCheckDigit)
            ? Situation.INVALID_NHS_NUMBER
            : Situation.INVALID_RESOURCE;
    return Optional.of(
        new Outcome(
            situation, errors.stream().limit(MAX_ISSUES).map(FindingPolicy::describe).toList()));
  }

  private boolean isOnCheckDigit(Finding finding) {
    return edition.patient().checkDigitInvariant().equals(finding.rule());
  }

  private static boolean isOnWhitespace(Finding finding) {
    return WHITESPACE_ONLY.equals(finding.rule());
  }

  private static String describe(Finding finding) {
    String place =
        finding.line() > 0
            ? " (line %d, column %d)".formatted(finding.line(), finding.column())
            : "";
    return "%s%s: %s".formatted(finding.path(), place, finding.message());
  }
}
