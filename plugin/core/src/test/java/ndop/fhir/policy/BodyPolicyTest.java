package ndop.fhir.policy;

import static org.assertj.core.api.Assertions.assertThat;

import ca.uhn.fhir.rest.api.EncodingEnum;
import java.util.List;
import ndop.fhir.edition.Edition;
import ndop.fhir.edition.EditionFixtures;
import ndop.fhir.validation.Finding;
import ndop.fhir.validation.ProfileValidator;
import ndop.fhir.validation.ValidationSupportFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BodyPolicyTest {

  private static final Edition EDITION = EditionFixtures.FACTS;
  private static final ProfileValidator VALIDATOR =
      new ProfileValidator(
          ValidationSupportFactory.create(
              EditionFixtures.FHIR, EditionFixtures.PACKAGE.resources()));

  private final BodyPolicy policy =
      new BodyPolicy(
          BodySyntaxPolicy.withDefaultLimits(),
          EditionFixtures.FHIR,
          VALIDATOR,
          new FindingPolicy(EDITION, false),
          EDITION.resourceType(),
          EDITION.profile());

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {                                            | JSON | UNREADABLE_BODY
          null                                         | JSON | UNREADABLE_BODY
          {"status": "active"}                         | JSON | UNREADABLE_BODY
          {"resourceType": "Consent", "colour": "red"} | JSON | UNREADABLE_BODY
          {"resourceType": "Consent", "extension": [null]} | JSON | UNREADABLE_BODY
          {"resourceType": "Consent", "meta": {"profile": [null]}} | JSON | INVALID_RESOURCE
          {"resourceType": "Patient"}                  | JSON | BODY_OF_ANOTHER_TYPE
          {"resourceType": "Consent"}                  | JSON | INVALID_RESOURCE
          <Consent                                     | XML  | UNREADABLE_BODY
          <Patient xmlns="http://hl7.org/fhir"/>       | XML  | BODY_OF_ANOTHER_TYPE
          <Consent xmlns="http://hl7.org/fhir"/>       | XML  | INVALID_RESOURCE
          """)
  void refuses(String text, EncodingEnum encoding, Situation situation) {
    ValidationOutcome outcome = policy.validate(policy.read(text, encoding));

    assertThat(outcome.refusal()).map(Outcome::situation).contains(situation);
    assertThat(outcome.refusal().orElseThrow().diagnostics()).isNotEmpty();
  }

  @Test
  void saysWhereTheRulesAreBroken() {
    ValidationOutcome outcome =
        policy.validate(policy.read("{\"resourceType\": \"Consent\"}", EncodingEnum.JSON));

    List<String> messages = outcome.findings().stream().map(Finding::message).toList();
    assertThat(messages).anyMatch(message -> message.startsWith("Consent.status: minimum"));
  }

  @Test
  void namesUnknownElementsWithoutTheirOddCharacters() {
    ParsedBody body = policy.read("{\"resourceType\": \"Consent\", \"a<b\": 1}", EncodingEnum.JSON);

    assertThat(body.refusal().orElseThrow().diagnostics())
        .singleElement()
        .asString()
        .contains("'a?b'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"999 000 0018", "999/000/0018", "9-9-9-0-0-0-0-0-1-8", "999,000,0018"})
  void namesNoNhsNumber(String written) {
    ParsedBody body =
        policy.read("{\"resourceType\": \"Consent\", \"" + written + "\": 1}", EncodingEnum.JSON);

    assertThat(body.refusal().orElseThrow().diagnostics())
        .singleElement()
        .asString()
        .contains("'…'");
  }
}
