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
 * Lets the search by patient go by the NHS number, whatever host the reference was stored under
 * (NDOP-204), and answers in one step rather than through HAPI's stored searches.
 *
 * <p>A value of another form finds nothing (NDOP-108). The links of the answer keep what was asked.
 */
@Interceptor
public final class PatientSearchInterceptor {

  /** No identity key is empty, so this finds nothing. */
  private static final String NOBODY = "-";

  private final Edition edition;
  private final PatientReferenceParser patients;

  public PatientSearchInterceptor(Edition edition, PatientReferenceParser patients) {
    this.edition = edition;
    this.patients = patients;
  }

  /** Replaces each parameter that has an identity parameter by that one. */
  @Hook(Pointcut.STORAGE_PRESEARCH_REGISTERED)
  public void searchByIdentity(RequestDetails request, SearchParameterMap search) {
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
            identity, new TokenParam(null, patients.nhsNumberOfParameter(value).orElse(NOBODY)));
      }
    }
  }
}
