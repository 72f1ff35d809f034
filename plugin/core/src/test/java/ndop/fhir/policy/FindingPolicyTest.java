package ndop.fhir.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import ndop.fhir.edition.EditionFixtures;
import ndop.fhir.validation.Finding;
import ndop.fhir.validation.Severity;
import org.junit.jupiter.api.Test;

class FindingPolicyTest {

  private static final Finding WARNING = finding(Severity.WARNING, "some-rule");
  private static final Finding ERROR = finding(Severity.ERROR, "some-rule");
  private static final Finding CHECK_DIGIT =
      finding(Severity.WARNING, EditionFixtures.FACTS.patient().checkDigitInvariant());

  private static final Finding WHITESPACE =
      finding(Severity.WARNING, "Type_Specific_Checks_DT_Primitive_WS");

  private final FindingPolicy lenient = new FindingPolicy(EditionFixtures.FACTS, false);
  private final FindingPolicy strict = new FindingPolicy(EditionFixtures.FACTS, true);

  @Test
  void warningsPass() {
    assertThat(lenient.refusal(List.of(WARNING, CHECK_DIGIT))).isEmpty();
    assertThat(strict.refusal(List.of(WARNING))).isEmpty();
  }

  @Test
  void errorsAreRefused() {
    Outcome refusal = lenient.refusal(List.of(WARNING, ERROR)).orElseThrow();

    assertThat(refusal.situation()).isEqualTo(Situation.INVALID_RESOURCE);
    assertThat(refusal.diagnostics())
        .containsExactly("Consent.status (line 3, column 7): expected one, found two");
  }

  @Test
  void whitespaceInPlaceOfAValueIsRefused() {
    assertThat(lenient.refusal(List.of(WHITESPACE)))
        .map(Outcome::situation)
        .contains(Situation.INVALID_RESOURCE);
  }

  @Test
  void strictRefusesAWrongCheckDigitByItsOwnCode() {
    assertThat(strict.refusal(List.of(CHECK_DIGIT)))
        .map(Outcome::situation)
        .contains(Situation.INVALID_NHS_NUMBER);
  }

  @Test
  void aCheckDigitAndAnotherErrorHaveTheGenericCode() {
    Outcome refusal = strict.refusal(List.of(CHECK_DIGIT, ERROR)).orElseThrow();

    assertThat(refusal.situation()).isEqualTo(Situation.INVALID_RESOURCE);
    assertThat(refusal.diagnostics()).hasSize(2);
  }

  @Test
  void manyErrorsAreCutShort() {
    assertThat(lenient.refusal(Collections.nCopies(50, ERROR)).orElseThrow().diagnostics())
        .hasSize(20);
  }

  private static Finding finding(Severity severity, String rule) {
    return new Finding(severity, "Consent.status", 3, 7, rule, "expected one, found two");
  }
}
