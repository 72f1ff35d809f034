package ndop.fhir.hook;

import ca.uhn.fhir.interceptor.api.Hook;
import ca.uhn.fhir.interceptor.api.Interceptor;
import ca.uhn.fhir.interceptor.api.Pointcut;
import ca.uhn.fhir.rest.api.Constants;
import ca.uhn.fhir.rest.api.RestOperationTypeEnum;
import ca.uhn.fhir.rest.api.server.RequestDetails;
import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;
import ndop.fhir.outcome.SpineOutcomes;
import ndop.fhir.policy.Situation;

/** Refuses an update without If-Match; registered only where a setting asks for it (NDOP-122). */
@Interceptor
public final class InsistsOnIfMatch {

  private final SpineOutcomes outcomes;

  public InsistsOnIfMatch(SpineOutcomes outcomes) {
    this.outcomes = outcomes;
  }

  /** Throws where the header is missing; an unknown id or an invalid body is answered first. */
  @Hook(Pointcut.STORAGE_PRESTORAGE_RESOURCE_UPDATED)
  public void insistOnIfMatch(RequestDetails request) {
    if (request instanceof ServletRequestDetails
        && request.getRestOperationType() == RestOperationTypeEnum.UPDATE
        && request.getHeader(Constants.HEADER_IF_MATCH) == null) {
      throw outcomes.refused(
          Situation.VERSION_REQUIRED,
          "Expected the header If-Match with the version that the update is based on; found none.");
    }
  }
}
