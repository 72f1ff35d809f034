package ndop.fhir.interceptor;

import ca.uhn.fhir.interceptor.api.Hook;
import ca.uhn.fhir.interceptor.api.Interceptor;
import ca.uhn.fhir.interceptor.api.Pointcut;
import ca.uhn.fhir.jpa.api.dao.DaoRegistry;
import ca.uhn.fhir.rest.api.RestOperationTypeEnum;
import ca.uhn.fhir.rest.api.server.SystemRequestDetails;
import ca.uhn.fhir.rest.server.exceptions.ResourceGoneException;
import ca.uhn.fhir.rest.server.exceptions.ResourceNotFoundException;
import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import ndop.fhir.edition.Edition;
import ndop.fhir.masking.ConfidentialDataMasker;
import ndop.fhir.outcome.SpineOutcomeFactory;
import ndop.fhir.policy.Outcome;
import ndop.fhir.policy.PatientReferenceParser;
import ndop.fhir.policy.Situation;
import ndop.fhir.request.RequestCaller;
import org.hl7.fhir.dstu3.model.Consent;
import org.hl7.fhir.dstu3.model.Reference;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.hl7.fhir.instance.model.api.IIdType;

/**
 * Confines a caller whose token is bound to a patient to the Consents of that patient: on create,
 * read, update, search and history (NDOP-168, NDOP-169).
 *
 * <p>A request that names another patient is refused without looking at what is stored. If only the
 * id could show whose Consent it is, another patient's Consent is treated as one that does not
 * exist, so that no response reveals that it does. Nor may such a caller store that somebody else
 * has consented, or name a person in a second way beside the reference.
 *
 * <p>Hook: {@code SERVER_INCOMING_REQUEST_POST_PROCESSED}, after {@link
 * RequestValidatingInterceptor}, whose parsed body it reads. {@code ConsentSearchProvider} narrows
 * a search, which need not name a patient.
 *
 * <p>It is not HAPI's {@code AuthorizationInterceptor} or {@code SearchNarrowingInterceptor}, which
 * work with compartments and not with NHS numbers. A caller without such a token may see every
 * patient: {@link AuthenticationInterceptor} decides who may call at all.
 */
@Interceptor
public final class PatientAuthorizationInterceptor {

  private static final ConfidentialDataMasker NUMBERS = new ConfidentialDataMasker();

  private final Edition edition;
  private final PatientReferenceParser patients;
  private final DaoRegistry daos;
  private final SpineOutcomeFactory outcomes;

  public PatientAuthorizationInterceptor(
      Edition edition,
      PatientReferenceParser patients,
      DaoRegistry daos,
      SpineOutcomeFactory outcomes) {
    this.edition = edition;
    this.patients = patients;
    this.daos = daos;
    this.outcomes = outcomes;
  }

  /** Throws if the request concerns another patient. The body has already been validated. */
  @Hook(
      value = Pointcut.SERVER_INCOMING_REQUEST_POST_PROCESSED,
      order = InterceptorOrder.PATIENT_AUTHORIZATION)
  public void authorize(ServletRequestDetails request) {
    Optional<String> boundTo = RequestCaller.get(request).boundTo();
    if (boundTo.isEmpty()) {
      return;
    }
    RestOperationTypeEnum operation = request.getRestOperationType();
    if (operation == RestOperationTypeEnum.CREATE || operation == RestOperationTypeEnum.UPDATE) {
      requireNamedByReference(request.getResource());
      requireSamePatient(nhsNumber(request.getResource()), boundTo.get());
      patientsReferredTo(request)
          .forEach(patient -> requireSamePatient(Optional.of(patient), boundTo.get()));
    }
    String[] asked = request.getParameters().get(edition.patient().element());
    if (asked != null && asked.length > 0) {
      requireSamePatient(patients.nhsNumberOfParameter(asked[0]), boundTo.get());
    }
    if (request.getId() != null
        && operation != RestOperationTypeEnum.CREATE
        && edition.resourceType().equals(request.getResourceName())) {
      requireOwnRecord(request.getId(), boundTo.get());
    }
  }

  /** A second name could be another patient's, and a reader of the Consent might go by it. */
  private void requireNamedByReference(IBaseResource resource) {
    if (resource instanceof Consent consent
        && Stream.concat(Stream.of(consent.getPatient()), consent.getConsentingParty().stream())
            .anyMatch(PatientAuthorizationInterceptor::isNamedOtherwise)) {
      throw outcomes.exception(
          Situation.ANOTHER_PATIENT,
          "Expected the patient by reference only; found an identifier, an extension or a number as well.");
    }
  }

  private static boolean isNamedOtherwise(Reference person) {
    return person.hasIdentifier()
        || hasNumber(person.getDisplay())
        || person.hasExtension()
        || person.getReferenceElement_().hasExtension();
  }

  private static boolean hasNumber(String display) {
    return display != null && !NUMBERS.maskIdentifiers(display).equals(display);
  }

  private void requireSamePatient(Optional<String> named, String boundTo) {
    if (named.isPresent() && !named.get().equals(boundTo)) {
      throw outcomes.exception(
          Situation.ANOTHER_PATIENT,
          "Expected the patient that the token is for; found another in the request.");
    }
  }

  private void requireOwnRecord(IIdType id, String boundTo) {
    if (!nhsNumber(stored(id)).equals(Optional.of(boundTo))) {
      throw outcomes.exception(Outcome.unknownRecord());
    }
  }

  private IBaseResource stored(IIdType id) {
    try {
      return daos.getResourceDao(Consent.class)
          .read(id.toUnqualifiedVersionless(), new SystemRequestDetails());
    } catch (ResourceNotFoundException | ResourceGoneException unknown) {
      return null;
    }
  }

  /**
   * The NHS numbers in references anywhere in the resource, such as to those who consent: the token
   * says that it is the patient who does.
   */
  private Stream<String> patientsReferredTo(ServletRequestDetails request) {
    return request
        .getFhirContext()
        .newTerser()
        .getAllPopulatedChildElementsOfType(request.getResource(), Reference.class)
        .stream()
        .map(Reference::getReference)
        .filter(Objects::nonNull)
        .flatMap(reference -> patients.nhsNumber(reference).stream());
  }

  private Optional<String> nhsNumber(IBaseResource resource) {
    return resource instanceof Consent consent ? patients.nhsNumber(consent) : Optional.empty();
  }
}
