package ndop.fhir.policy;

import static org.assertj.core.api.Assertions.assertThat;

import ca.uhn.fhir.rest.api.EncodingEnum;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BodySyntaxPolicyTest {

  private final BodySyntaxPolicy policy = new BodySyntaxPolicy(5, 10);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        " {\"a\": [[[[1]]]]} ",
        "{\"a\": {\"b\": 1}, \"b\": 1.5e3}",
        "{\"a\": -0.00001, \"b\": 1e99}",
        "{\"a\": \"\\t\\r\\n\\u00e9\\ud83d\\ude00\"}",
      })
  void passesJson(String body) {
    assertThat(policy.refusal(EncodingEnum.JSON, body)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<a/>",
        "<?xml version='1.0' encoding='utf-8'?><a><b/></a> <!-- end -->",
        "<a><b><c><d><e/><e/></d></c></b><b/></a>",
      })
  void passesXml(String body) {
    assertThat(policy.refusal(EncodingEnum.XML, inFhir(body))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1",
        "[]",
        "{",
        "{}{}",
        "{} x",
        "{\"a\": 1, \"a\": 1}",
        "{\"a\": 1, \"\\u0061\": 1}",
        "{\"a\": {\"b\": 1, \"b\": 2}}",
        "{\"a\": NaN}",
        "{\"a\": 01}",
        "{/* */}",
        "{'a': 1}",
        "{\"a\": 1,}",
        "{\"a\": \"\\u0000\"}",
        "{\"a\": \"\\u001f\"}",
        "{\"a\": \"\\ud800\"}",
        "{\"a\": \"\\udc00\\ud800\"}",
        "{\"a\": \"\\uffff\"}",
        "{\"\\u0000\": 1}",
      })
  void refusesJsonThatParsersReadDifferently(String body) {
    assertThat(situation(false, body)).isEqualTo(Situation.UNREADABLE_BODY);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a",
        "<a>",
        "<a/><a/>",
        "<a b='1' b='2'/>",
        "<!DOCTYPE a><a/>",
        "<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>",
        "<a>&e;</a>",
        "<?xml version='1.0' encoding='UTF-16'?><a/>",
        "<?xml version='1.0' encoding='ISO-8859-1'?><a/>",
        "<?xml version='1.0' encoding='UTF-7'?><a/>",
      })
  void refusesXmlThatParsersReadDifferently(String body) {
    assertThat(situation(true, body)).isEqualTo(Situation.UNREADABLE_BODY);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<a/>",
        "<a xmlns='http://hl7.org/FHIR'/>",
        "<a xmlns='http://hl7.org/fhir'><b xmlns=''/></a>",
        "<a xmlns='http://hl7.org/fhir'><x:b xmlns:x='urn:x'/></a>",
        "<a xmlns='http://hl7.org/fhir'><div><p/></div></a>",
        "<a xmlns='http://hl7.org/fhir'><div xmlns='http://www.w3.org/1999/xhtml'><p xmlns=''/></div></a>",
      })
  void refusesElementsOfAnotherNamespace(String body) {
    assertThat(policy.refusal(EncodingEnum.XML, body))
        .map(Outcome::situation)
        .contains(Situation.UNREADABLE_BODY);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<f:a xmlns:f='http://hl7.org/fhir'><f:b/></f:a>",
        "<a xmlns='http://hl7.org/fhir' xmlns:x='urn:x' x:y='z'/>",
        "<a xmlns='http://hl7.org/fhir'><div xmlns='http://www.w3.org/1999/xhtml'><p/></div></a>",
        "<a xmlns='http://hl7.org/fhir'><h:div xmlns:h='http://www.w3.org/1999/xhtml'><h:p/></h:div></a>",
        "\n\t <a xmlns='http://hl7.org/fhir'/>\n",
      })
  void passesFhirHoweverItsNamespaceIsDeclared(String body) {
    assertThat(policy.refusal(EncodingEnum.XML, body)).isEmpty();
  }

  @Test
  void refusesTooManyLevels() {
    assertThat(situation(false, "{\"a\": [[[[[]]]]]}")).isEqualTo(Situation.BODY_TOO_COMPLEX);
    assertThat(situation(true, "<a><a><a><a><a><a/></a></a></a></a></a>"))
        .isEqualTo(Situation.BODY_TOO_COMPLEX);
    assertThat(situation(false, "[".repeat(1_000_000))).isEqualTo(Situation.UNREADABLE_BODY);
    assertThat(situation(false, "{\"a\":".repeat(100_000))).isEqualTo(Situation.BODY_TOO_COMPLEX);
  }

  @Test
  void refusesTooManyElements() {
    assertThat(policy.refusal(EncodingEnum.JSON, "{\"a\": [1,2,3,4,5,6,7,8,9]}")).isEmpty();
    assertThat(situation(false, "{\"a\": [1,2,3,4,5,6,7,8,9,10]}"))
        .isEqualTo(Situation.BODY_TOO_COMPLEX);
    assertThat(situation(true, "<a>" + "<b/>".repeat(10) + "</a>"))
        .isEqualTo(Situation.BODY_TOO_COMPLEX);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"identifier\": {\"value\": \"4E12345678\"}}",
        "{\"valueString\": \"4E12345678\"}",
        "{\"code\": \"4E12345\"}",
      })
  void passesTextThatLooksLikeANumber(String body) {
    assertThat(policy.refusal(EncodingEnum.JSON, body)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<a><identifier><value value='4E12345678'/></identifier></a>",
        "<a><valueString value='4E12345678'/></a>",
      })
  void passesTextThatLooksLikeANumberInXml(String body) {
    assertThat(policy.refusal(EncodingEnum.XML, inFhir(body))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<a><valueDecimal value='1e999999999'/></a>",
        "<a><valueQuantity><value value='-.1E-999999999'/></valueQuantity></a>",
        "<a><factor value='1e+0999999999'/></a>",
      })
  void refusesHugeNumbersInXml(String body) {
    assertThat(situation(true, body)).isEqualTo(Situation.BODY_TOO_COMPLEX);
  }

  @Test
  void refusesHugeNumbersAsText() {
    assertThat(situation(false, "{\"valueDecimal\": \"1e999999999\"}"))
        .isEqualTo(Situation.BODY_TOO_COMPLEX);
    assertThat(situation(false, "{\"a\": [\"1e999999999\"]}"))
        .isEqualTo(Situation.BODY_TOO_COMPLEX);
  }

  @Test
  void refusesOversizedNumbers() {
    assertThat(situation(false, "{\"a\": " + "9".repeat(101) + "}"))
        .isEqualTo(Situation.BODY_TOO_COMPLEX);
    assertThat(situation(false, "{\"a\": 1e999999999}")).isEqualTo(Situation.BODY_TOO_COMPLEX);
    assertThat(situation(false, "{\"a\": 1E-2147483647}")).isEqualTo(Situation.BODY_TOO_COMPLEX);
    assertThat(situation(false, "{\"a\": 1e99999999999999}")).isEqualTo(Situation.BODY_TOO_COMPLEX);
    assertThat(situation(false, "{\"a\": 0." + "9".repeat(1000) + "}"))
        .isEqualTo(Situation.BODY_TOO_COMPLEX);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"display\": \"%s\"}",
        "{\"identifier\": {\"value\": \"%s\"}}",
        "{\"valueString\": \"%s\"}"
      })
  void passesLongTextOfDigits(String form) {
    assertThat(policy.refusal(EncodingEnum.JSON, form.formatted("1".repeat(10_000)))).isEmpty();
  }

  @Test
  void refusesLongNumbersAsText() {
    String digits = "1".repeat(1000);
    assertThat(situation(false, "{\"valueDecimal\": \"%s\"}".formatted(digits)))
        .isEqualTo(Situation.BODY_TOO_COMPLEX);
    assertThat(situation(false, "{\"factor\": [\"-%s\"]}".formatted(digits)))
        .isEqualTo(Situation.BODY_TOO_COMPLEX);
    assertThat(situation(true, "<a><value value='%s'/></a>".formatted(digits)))
        .isEqualTo(Situation.BODY_TOO_COMPLEX);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"display\": \"<%s\"}",
        "{\"id\": \"%s\"}",
        "{\"a\": [{\"code\": \"%s\"}]}",
        "{\"%s\": 1}",
      })
  void refusesLongTextThatCostsTooMuch(String form) {
    assertThat(policy.refusal(EncodingEnum.JSON, form.formatted("a".repeat(999)))).isEmpty();
    assertThat(situation(false, form.formatted("a".repeat(1001))))
        .isEqualTo(Situation.BODY_TOO_COMPLEX);
  }

  @ParameterizedTest
  @ValueSource(strings = {"<b>a</b>", "<br/>", "<!-- a -->", "<?a b?>"})
  void refusesNarrativesOfManyElements(String element) {
    assertThat(
            policy.refusal(EncodingEnum.JSON, "{\"div\": \"%s\"}".formatted(element.repeat(500))))
        .isEmpty();
    assertThat(situation(false, "{\"div\": \"%s\"}".formatted(element.repeat(501))))
        .isEqualTo(Situation.BODY_TOO_COMPLEX);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<a %s/>|b%d='1' |101",
        "<a %s/>|xmlns:b%d='u' |11",
        "<a>%s</a>|<!--%d-->|11",
        "<a>%s</a>|<?b %d?>|11",
      })
  void refusesTooMuchOfWhatParsersCompare(String kind) {
    String[] parts = kind.split("\\|");
    StringBuilder repeated = new StringBuilder();
    for (int i = 0; i < Integer.parseInt(parts[2]); i++) {
      repeated.append(parts[1].formatted(i));
    }
    assertThat(situation(true, parts[0].formatted(repeated))).isEqualTo(Situation.BODY_TOO_COMPLEX);
  }

  private Situation situation(boolean xml, String body) {
    return policy
        .refusal(xml ? EncodingEnum.XML : EncodingEnum.JSON, xml ? inFhir(body) : body)
        .orElseThrow()
        .situation();
  }

  /** The XML with FHIR's namespace at its first element. */
  private static String inFhir(String xml) {
    return xml.replaceFirst("<a(?=[ />])", "<a xmlns='http://hl7.org/fhir'");
  }
}
