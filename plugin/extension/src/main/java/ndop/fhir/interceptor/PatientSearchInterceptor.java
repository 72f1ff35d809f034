package ndop.fhir.interceptor;

import ca.uhn.fhir.interceptor.api.Hook;
import ca.uhn.fhir.interceptor.api.Interceptor;
import ca.uhn.fhir.interceptor.api.Pointcut;
import ca.uhn.fhir.jpa.searchparam.SearchParameterMap;
import ca.uhn.fhir.rest.api.server.RequestDetails;
import ca.uhn.fhir.rest.param.TokenParam;
import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;
import java.util.Map;
import ndop.fhir.edition.Edition;
import ndop.fhir.policy.PatientReferenceParser;

/**
 * Makes a search by patient match on the NHS number, whatever host the stored reference names
 * (NDOP-204, decision D-11), and runs it synchronously, without HAPI's stored searches. A value
 * without an NHS number matches nothing (NDOP-108).
 *
 * <p>Hook: {@code STORAGE_PRESEARCH_REGISTERED}, after {@link PatientAuthorizationInterceptor}. The
 * links of the Bundle keep the parameter as it was sent.
 *
 * @see ndop.fhir.provider.PatientHistoryProvider the history of a patient
 */
@Interceptor
public final class PatientSearchInterceptor {

  /** Not an NHS number, so it matches nothing. */
  private static final String NO_PATIENT = "-";

  private final Edition edition;
  private final PatientReferenceParser patients;

  public PatientSearchInterceptor(Edition edition, PatientReferenceParser patients) {
    this.edition = edition;
    this.patients = patients;
  }

  /** Replaces each parameter for which the edition has an identity parameter. */
  @Hook(value = Pointcut.STORAGE_PRESEARCH_REGISTERED, order = InterceptorOrder.PATIENT_SEARCH)
  public void searchByNhsNumber(RequestDetails request, SearchParameterMap search) {
    if (!(request instanceof ServletRequestDetails)
        || !edition.resourceType().equals(request.getResourceName())) {
      return;
    }
    search.setLoadSynchronous(true);
    for (Map.Entry<String, Edition.Parameter> entry : edition.search().parameters().entrySet()) {
      String name = entry.getKey();
      String identity = entry.getValue().identity();
      if (identity != null && search.containsKey(name)) {
        String value = request.getParameters().get(name)[0];
        search.remove(name);
        search.add(
            identity,
            new TokenParam(null, patients.nhsNumberOfParameter(value).orElse(NO_PATIENT)));
      }
    }
  }
}
