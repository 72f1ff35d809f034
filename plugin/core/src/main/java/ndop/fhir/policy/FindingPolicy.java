package ndop.fhir.policy;

import java.util.List;
import java.util.Optional;
import ndop.fhir.edition.Edition;
import ndop.fhir.validation.Finding;
import ndop.fhir.validation.Severity;

/**
 * What the validator's findings mean: errors refuse (NDOP-138), and with the strict option a wrong
 * check digit of an NHS number does too (NDOP-025, decision D-04). A value of nothing but
 * whitespace is an error as well: HAPI does not write it, so that what is stored would lack the
 * element.
 */
public final class FindingPolicy {

  /** More issues than this say no more. */
  private static final int ISSUES = 20;

  /** HL7's key of the finding, a warning in STU3. */
  private static final String NOTHING_BUT_WHITESPACE = "Type_Specific_Checks_DT_Primitive_WS";

  private final Edition edition;
  private final boolean strictNhsNumber;

  public FindingPolicy(Edition edition, boolean strictNhsNumber) {
    this.edition = edition;
    this.strictNhsNumber = strictNhsNumber;
  }

  /** The findings, as severe as they are here. */
  public List<Finding> grade(List<Finding> findings) {
    return findings.stream()
        .map(
            finding ->
                strictNhsNumber && isOnCheckDigit(finding) || isOnWhitespace(finding)
                    ? finding.at(Severity.ERROR)
                    : finding)
        .toList();
  }

  /** The refusal that the findings ask for; empty where none is an error. */
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
            situation, errors.stream().limit(ISSUES).map(FindingPolicy::explained).toList()));
  }

  private boolean isOnCheckDigit(Finding finding) {
    return edition.patient().checkDigitInvariant().equals(finding.rule());
  }

  private static boolean isOnWhitespace(Finding finding) {
    return NOTHING_BUT_WHITESPACE.equals(finding.rule());
  }

  private static String explained(Finding finding) {
    String place =
        finding.line() > 0
            ? " (line %d, column %d)".formatted(finding.line(), finding.column())
            : "";
    return "%s%s: %s".formatted(finding.path(), place, finding.message());
  }
}
