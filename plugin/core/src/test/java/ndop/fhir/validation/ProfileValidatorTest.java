package ndop.fhir.validation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.IValidationSupport;
import ca.uhn.fhir.rest.api.EncodingEnum;
import ca.uhn.fhir.validation.FhirValidator;
import ca.uhn.fhir.validation.ResultSeverityEnum;
import ca.uhn.fhir.validation.ValidationOptions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;
import org.hl7.fhir.dstu3.model.StructureDefinition;
import org.hl7.fhir.dstu3.model.StructureDefinition.TypeDerivationRule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProfileValidatorTest {

  private static final String PROFILE = "https://example.org/StructureDefinition/one-purpose";
  private static final String VALID =
      """
      {"resourceType": "Consent", "status": "active",
       "patient": {"reference": "https://example.org/Patient/1"},
       "policyRule": "https://example.org/policy",
       "purpose": [{"system": "https://example.org/purposes", "code": "x"}]}
      """;
  private static final String WITHOUT_PURPOSE = VALID.replaceAll(",\\s+\"purpose\".*\\]", "");

  private static final FhirContext FHIR = FhirContext.forDstu3Cached();
  private static final IValidationSupport SOURCE =
      ValidationSupportFactory.create(FHIR, List.of(profile()));

  private final ProfileValidator validator = new ProfileValidator(SOURCE);

  @ParameterizedTest
  @ValueSource(
      strings = {
        VALID,
        "{\"resourceType\": \"Consent\"}",
        "{\"resourceType\": \"Consent\", \"status\": \"nonsense\", \"unknown\": 1}",
      })
  void findsWhatHapisOwnValidatorFinds(String text) {
    FhirValidator stock = FHIR.newValidator();
    stock.registerValidatorModule(new FhirInstanceValidator(SOURCE));
    Set<String> expected =
        stock
            .validateWithResult(text, new ValidationOptions().addProfile(PROFILE))
            .getMessages()
            .stream()
            .filter(
                message -> message.getSeverity().ordinal() >= ResultSeverityEnum.ERROR.ordinal())
            .map(message -> message.getMessage())
            .collect(Collectors.toSet());

    assertThat(errors(text)).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void validatesAgainstTheProfileThatTheCallerNames() {
    assertThat(errors(VALID)).isEmpty();
    assertThat(errors(WITHOUT_PURPOSE)).singleElement().asString().contains("Consent.purpose");
  }

  @Test
  void namesPathAndLine() {
    Finding finding =
        validator.validate(WITHOUT_PURPOSE, EncodingEnum.JSON, List.of(PROFILE)).stream()
            .filter(one -> one.severity().invalidates())
            .findFirst()
            .orElseThrow();

    assertThat(finding.path()).isEqualTo("Consent");
    assertThat(finding.line()).isPositive();
    assertThat(finding.rule()).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\"status\": null", "\"purpose\": [null]", "\"purpose\": [{\"code\": [null]}]"})
  void findsNullInvalidWhateverHl7sParserDoes(String member) {
    assertThat(errors("{\"resourceType\": \"Consent\", %s}".formatted(member))).isNotEmpty();
    assertThat(errors(VALID)).isEmpty();
  }

  @Test
  void findsTextInvalidOnWhichHl7sPatternsOverflowTheStack() {
    String text = "<a" + " b".repeat(20_000) + "><";

    assertThat(errors("{\"resourceType\": \"Consent\", \"language\": \"%s\"}".formatted(text)))
        .isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"<?x", "<?xml version='1.0'", "\uFEFF<Consent"})
  void findsXmlInvalidThatEndsBeforeItsFirstElement(String text) {
    assertThat(validator.validate(text, EncodingEnum.XML, List.of(PROFILE)))
        .extracting(Finding::severity)
        .containsExactly(Severity.FATAL);
  }

  @Test
  void findsJsonValidAfterAByteOrderMark() {
    assertThat(errors("\uFEFF" + VALID)).isEmpty();
  }

  @Test
  void refusesAnUnknownProfile() {
    assertThatThrownBy(
            () -> validator.validate(VALID, EncodingEnum.JSON, List.of("https://example.org/none")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("https://example.org/none");
  }

  @Test
  void givesManyThreadsTheSameResults() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Callable<Boolean>> tasks =
          IntStream.range(0, 400)
              .<Callable<Boolean>>mapToObj(
                  number -> {
                    boolean valid = number % 2 == 0;
                    return () -> errors(valid ? VALID : WITHOUT_PURPOSE).isEmpty() == valid;
                  })
              .toList();
      for (Future<Boolean> verdict : threads.invokeAll(tasks)) {
        assertThat(verdict.get()).isTrue();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private List<String> errors(String text) {
    return validator.validate(text, EncodingEnum.JSON, List.of(PROFILE)).stream()
        .filter(finding -> finding.severity().invalidates())
        .map(Finding::message)
        .toList();
  }

  private static StructureDefinition profile() {
    StructureDefinition profile = new StructureDefinition();
    profile.setUrl(PROFILE);
    profile.setName("OnePurpose");
    profile.setFhirVersion("3.0.1");
    profile.setKind(StructureDefinition.StructureDefinitionKind.RESOURCE);
    profile.setAbstract(false);
    profile.setType("Consent");
    profile.setBaseDefinition("http://hl7.org/fhir/StructureDefinition/Consent");
    profile.setDerivation(TypeDerivationRule.CONSTRAINT);
    profile.getDifferential().addElement().setPath("Consent").setId("Consent");
    profile
        .getDifferential()
        .addElement()
        .setPath("Consent.purpose")
        .setMin(1)
        .setId("Consent.purpose");
    return profile;
  }
}
