package ndop.fhir.interceptor;

import ca.uhn.fhir.interceptor.api.Hook;
import ca.uhn.fhir.interceptor.api.Interceptor;
import ca.uhn.fhir.interceptor.api.Pointcut;
import ca.uhn.fhir.jpa.api.dao.DaoRegistry;
import ca.uhn.fhir.jpa.searchparam.SearchParameterMap;
import ca.uhn.fhir.rest.api.RestOperationTypeEnum;
import ca.uhn.fhir.rest.api.server.RequestDetails;
import ca.uhn.fhir.rest.api.server.SystemRequestDetails;
import ca.uhn.fhir.rest.param.TokenParam;
import ca.uhn.fhir.rest.server.exceptions.ResourceGoneException;
import ca.uhn.fhir.rest.server.exceptions.ResourceNotFoundException;
import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;
import java.util.Optional;
import ndop.fhir.edition.Edition;
import ndop.fhir.outcome.SpineOutcomeFactory;
import ndop.fhir.policy.Outcome;
import ndop.fhir.policy.PatientReferenceParser;
import ndop.fhir.policy.Situation;
import org.hl7.fhir.dstu3.model.Consent;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.hl7.fhir.instance.model.api.IIdType;

/**
 * Keeps a caller whose token is bound to a patient to that patient's Consents: on search, read,
 * history, create and update (NDOP-168, NDOP-169).
 *
 * <p>Where the request itself names another patient it is refused without a look at what is stored.
 * Where only the id tells, another patient's Consent is answered as one that does not exist, so
 * that no refusal tells whether it does.
 */
@Interceptor
public final class PatientAuthorizationInterceptor {

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

  /** Throws where the request is about another patient. The body was read and is valid. */
  @Hook(Pointcut.SERVER_INCOMING_REQUEST_POST_PROCESSED)
  public void authorize(ServletRequestDetails request) {
    Optional<String> boundTo = RequestCaller.get(request).boundTo();
    if (boundTo.isEmpty()) {
      return;
    }
    RestOperationTypeEnum operation = request.getRestOperationType();
    if (operation == RestOperationTypeEnum.CREATE || operation == RestOperationTypeEnum.UPDATE) {
      requireSamePatient(patientOf(request.getResource()), boundTo.get());
    }
    String[] asked = request.getParameters().get(edition.patient().element());
    if (asked != null && asked.length > 0) {
      requireSamePatient(patients.nhsNumberOfParameter(asked[0]), boundTo.get());
    }
    if (request.getId() != null && operation != RestOperationTypeEnum.CREATE) {
      requireOwnRecord(request.getId(), boundTo.get());
    }
  }

  /** Narrows a search to the patient, so that one by id finds nothing of anybody else. */
  @Hook(Pointcut.STORAGE_PRESEARCH_REGISTERED)
  public void narrowSearch(RequestDetails request, SearchParameterMap search) {
    Edition.Parameter byPatient = edition.search().parameters().get(edition.patient().element());
    RequestCaller.get(request)
        .boundTo()
        .filter(nhsNumber -> !search.containsKey(byPatient.identity()))
        .ifPresent(nhsNumber -> search.add(byPatient.identity(), new TokenParam(null, nhsNumber)));
  }

  private void requireSamePatient(Optional<String> named, String boundTo) {
    if (named.isPresent() && !named.get().equals(boundTo)) {
      throw outcomes.exception(
          Situation.ANOTHER_PATIENT,
          "Expected the patient that the token is for; found another in the request.");
    }
  }

  private void requireOwnRecord(IIdType id, String boundTo) {
    if (!patientOf(stored(id)).equals(Optional.of(boundTo))) {
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

  private Optional<String> patientOf(IBaseResource resource) {
    return resource instanceof Consent consent ? patients.nhsNumber(consent) : Optional.empty();
  }
}
