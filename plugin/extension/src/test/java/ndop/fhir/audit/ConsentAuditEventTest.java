package ndop.fhir.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.validation.FhirValidator;
import ca.uhn.fhir.validation.ResultSeverityEnum;
import ca.uhn.fhir.validation.SingleValidationMessage;
import java.nio.charset.StandardCharsets;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import ndop.fhir.policy.Caller;
import ndop.fhir.policy.Interaction;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;
import org.hl7.fhir.dstu3.model.AuditEvent;
import org.junit.jupiter.api.Test;

class ConsentAuditEventTest {

  private static final Pseudonymizer PSEUDONYMS = new Pseudonymizer(new byte[32]);
  private static final Caller KNOWN =
      new Caller(
          Optional.of("8b1a9953-c461-4296-a827-abf8c47804d7"),
          Optional.of("200000000115"),
          Optional.empty(),
          Optional.of("http://fhir.nhs.net/Id/nhs-number|9990000018"),
          Optional.of("https://fhir.nhs.uk/Id/accredited-system|200000000115"),
          Optional.of("https://fhir.nhs.uk/Id/sds-role-profile-id|4387293874929"),
          Optional.empty(),
          Optional.empty());

  @Test
  void isValidFhir() {
    FhirContext fhir = FhirContext.forDstu3();
    FhirValidator validator =
        fhir.newValidator()
            .registerValidatorModule(
                new FhirInstanceValidator(
                    new ValidationSupportChain(
                        new DefaultProfileValidationSupport(fhir),
                        new CommonCodeSystemsTerminologyService(fhir),
                        new InMemoryTerminologyServerValidationSupport(fhir))));
    for (Caller caller : List.of(KNOWN, Caller.UNKNOWN)) {
      assertThat(validator.validateWithResult(event(Interaction.UPDATE, caller)).getMessages())
          .filteredOn(message -> message.getSeverity().compareTo(ResultSeverityEnum.WARNING) > 0)
          .extracting(SingleValidationMessage::getMessage)
          .isEmpty();
    }
  }

  @Test
  void namesTheRequestorAndTheSystem() {
    assertThat(event(Interaction.CREATE, KNOWN).getAgent())
        .extracting(
            agent -> agent.getUserId().getValue(),
            AuditEvent.AuditEventAgentComponent::getRequestor)
        .containsExactly(
            tuple("https://fhir.nhs.uk/Id/sds-role-profile-id|4387293874929", true),
            tuple("https://fhir.nhs.uk/Id/accredited-system|200000000115", false));
    assertThat(event(Interaction.CREATE, Caller.UNKNOWN).getAgent())
        .extracting(agent -> agent.getUserId().getValue())
        .containsExactly("unknown");
  }

  @Test
  void doesNotNamePatientsByNhsNumber() {
    Caller patient =
        new Caller(
            Optional.of("about 999 000 0018"),
            Optional.empty(),
            Optional.empty(),
            KNOWN.subject(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    AuditEvent event = event(Interaction.CREATE, patient);
    String json = FhirContext.forDstu3().newJsonParser().encodeResourceToString(event);
    assertThat(json).doesNotContain("9990000018").contains(PSEUDONYMS.of("9990000018"));
    assertThat(
            new String(
                event.getEntityFirstRep().getDetailFirstRep().getValue(), StandardCharsets.UTF_8))
        .isEqualTo("about " + PSEUDONYMS.of("9990000018"));
  }

  private static AuditEvent event(Interaction interaction, Caller caller) {
    return new ConsentAuditEvent(
            interaction,
            "Consent/1/_history/1",
            Optional.of("9990000018"),
            "http://127.0.0.1/fhir",
            new Date(0))
        .resource(caller, PSEUDONYMS);
  }
}
