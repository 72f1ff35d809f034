package ndop.fhir.validation;

import static org.assertj.core.api.Assertions.assertThat;

import ca.uhn.fhir.rest.api.EncodingEnum;
import java.util.List;
import ndop.fhir.edition.EditionFixtures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class XmlPrologTest {

  private static final ProfileValidator VALIDATOR =
      new ProfileValidator(
          ValidationSupportFactory.create(
              EditionFixtures.FHIR, EditionFixtures.PACKAGE.resources()));

  private static final String CONSENT = "<Consent xmlns=\"http://hl7.org/fhir\"/>";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "\n\n  ",
        "\r\n\t",
        "<!-- a remark -->",
        "<!-- a remark -->\n",
        "<?xml version=\"1.0\"?>",
        "<?xml version='1.0'?>\n",
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\n",
        "<?xml version=\"1.0\" encoding='UTF-8' standalone='yes' ?>",
        "<?xml version='1.0'\n  encoding = 'US-ASCII'?>",
        "<?xml version='1.0' encoding='US-ASCII'?>",
        "<?xml version=\"1.1\" encoding=\"UTF-8\"?>\n",
      })
  void whatComesBeforeTheRootChangesNoFinding(String prolog) {
    List<Finding> findings = findings(prolog + CONSENT);

    assertThat(findings).extracting(Finding::message).isEqualTo(messages(CONSENT));
    int line = 1 + (int) prolog.chars().filter(character -> character == '\n').count();
    int column = prolog.length() - prolog.lastIndexOf('\n') + CONSENT.length();
    assertThat(findings)
        .filteredOn(finding -> finding.line() > 0)
        .isNotEmpty()
        .allSatisfy(
            finding -> {
              assertThat(finding.line()).isEqualTo(line);
              assertThat(finding.column()).isEqualTo(column);
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"<?x", "<?xml version='1.0'", "<?xml"})
  void aPrologWithoutEndCannotBeRead(String text) {
    assertThat(findings(text)).extracting(Finding::severity).containsExactly(Severity.FATAL);
  }

  @Test
  void keepsTheLengthOfADeclaration() {
    String text = "<?xml version=\"1.0\"?><Consent/>";

    assertThat(XmlProlog.of(text).text()).hasSameSizeAs(text).startsWith("<!--").endsWith("/>");
  }

  private static List<String> messages(String text) {
    return findings(text).stream().map(Finding::message).toList();
  }

  private static List<Finding> findings(String text) {
    return VALIDATOR.validate(text, EncodingEnum.XML, List.of(EditionFixtures.FACTS.profile()));
  }
}
