package ndop.fhir.interceptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ca.uhn.fhir.interceptor.executor.InterceptorService;
import ca.uhn.fhir.rest.api.RestOperationTypeEnum;
import ca.uhn.fhir.rest.server.RestfulServer;
import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import ndop.fhir.edition.EditionFixtures;
import ndop.fhir.outcome.OutcomeException;
import ndop.fhir.outcome.SpineOutcomeFactory;
import ndop.fhir.policy.Caller;
import ndop.fhir.policy.PatientReferenceParser;
import ndop.fhir.policy.Situation;
import ndop.fhir.request.RequestCaller;
import org.hl7.fhir.dstu3.model.Consent;
import org.hl7.fhir.dstu3.model.Identifier;
import org.hl7.fhir.dstu3.model.OperationOutcome;
import org.hl7.fhir.dstu3.model.Reference;
import org.hl7.fhir.dstu3.model.StringType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a caller whose token is for one patient may say in a Consent of that patient (NDOP-168). */
class PatientAuthorizationInterceptorTest {

  private static final String OWN = "9990000018";
  private static final String OTHER = "9990000026";
  private static final String HOST = "https://demographics.spineservices.nhs.uk/STU3/Patient/";
  private static final String EXTENSION = "https://example.org/person";

  private final PatientAuthorizationInterceptor interceptor =
      new PatientAuthorizationInterceptor(
          EditionFixtures.FACTS,
          new PatientReferenceParser(EditionFixtures.FACTS),
          null,
          new SpineOutcomeFactory(EditionFixtures.FACTS));

  static Stream<Consumer<Consent>> otherPersons() {
    return Stream.of(
        consent -> consent.getPatient().setReference(HOST + OTHER),
        consent -> consent.getPatient().setIdentifier(identifier()),
        consent -> consent.getPatient().addExtension(EXTENSION, identifier()),
        consent ->
            consent.getPatient().getReferenceElement_().addExtension(EXTENSION, identifier()),
        consent -> consent.getPatient().setDisplay("NHS number " + OTHER),
        consent -> consent.addExtension(EXTENSION, new Reference(HOST + OTHER)),
        consent -> consent.addActor().setReference(new Reference(HOST + OTHER)),
        consent -> consent.setSource(new Reference(HOST + OTHER)),
        consent -> party(consent).setReference(HOST + OTHER),
        consent -> party(consent).setDisplay("NHS number " + OTHER),
        consent -> party(consent).setIdentifier(identifier()),
        consent -> party(consent).addExtension(EXTENSION, new StringType(OTHER)),
        consent -> party(consent).getReferenceElement_().addExtension(EXTENSION, identifier()),
        consent -> consent.addConsentingParty().setIdentifier(identifier()));
  }

  @ParameterizedTest
  @MethodSource("otherPersons")
  void nobodyElseIsNamedInAnyWay(Consumer<Consent> change) {
    Consent consent = ownConsent();
    change.accept(consent);

    OutcomeException refusal =
        catchThrowableOfType(
            OutcomeException.class, () -> interceptor.authorize(create(consent, Optional.of(OWN))));

    assertThat(refusal).isNotNull();
    assertThat(refusal.situation()).isEqualTo(Situation.ANOTHER_PATIENT);
    assertThat(((OperationOutcome) refusal.getOperationOutcome()).getIssueFirstRep())
        .extracting(OperationOutcome.OperationOutcomeIssueComponent::getDiagnostics)
        .asString()
        .startsWith("Expected the patient")
        .doesNotContain(OTHER);
    assertThatCode(() -> interceptor.authorize(create(consent, Optional.empty())))
        .as("a caller that is bound to no patient")
        .doesNotThrowAnyException();
  }

  @Test
  void thePatientMayConsent() {
    assertThatCode(() -> interceptor.authorize(create(ownConsent(), Optional.of(OWN))))
        .doesNotThrowAnyException();
  }

  private static Consent ownConsent() {
    Consent consent = new Consent();
    consent.setPatient(new Reference(HOST + OWN).setDisplay("The patient"));
    consent.addConsentingParty(new Reference("https://elsewhere.example/Patient/" + OWN));
    return consent;
  }

  private static Reference party(Consent consent) {
    return consent.getConsentingPartyFirstRep();
  }

  private static Identifier identifier() {
    return new Identifier().setSystem("https://fhir.nhs.uk/Id/nhs-number").setValue(OTHER);
  }

  private static ServletRequestDetails create(Consent consent, Optional<String> boundTo) {
    ServletRequestDetails request = new ServletRequestDetails(new InterceptorService());
    request.setRestOperationType(RestOperationTypeEnum.CREATE);
    request.setParameters(Map.of());
    request.setResource(consent);
    request.setServer(new RestfulServer(EditionFixtures.FHIR));
    RequestCaller.set(
        request,
        new Caller(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            boundTo));
    return request;
  }
}
