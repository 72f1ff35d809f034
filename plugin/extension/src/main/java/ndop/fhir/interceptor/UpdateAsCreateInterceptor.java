package ndop.fhir.interceptor;

import ca.uhn.fhir.interceptor.api.Hook;
import ca.uhn.fhir.interceptor.api.Interceptor;
import ca.uhn.fhir.interceptor.api.Pointcut;
import ca.uhn.fhir.rest.api.RestOperationTypeEnum;
import ca.uhn.fhir.rest.api.server.RequestDetails;
import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;
import ndop.fhir.outcome.SpineOutcomeFactory;
import ndop.fhir.policy.Situation;

/**
 * Refuses a PUT to an id that does not exist (NDOP-115). It runs inside the transaction that would
 * store the resource, so nothing can come in between.
 */
@Interceptor
public final class UpdateAsCreateInterceptor {

  private final SpineOutcomeFactory outcomes;

  public UpdateAsCreateInterceptor(SpineOutcomeFactory outcomes) {
    this.outcomes = outcomes;
  }

  /** Throws where an update is about to become a create. */
  @Hook(Pointcut.STORAGE_PRESTORAGE_RESOURCE_CREATED)
  public void refuseUpdateAsCreate(RequestDetails request) {
    if (request instanceof ServletRequestDetails
        && request.getRestOperationType() == RestOperationTypeEnum.UPDATE) {
      throw outcomes.exception(
          Situation.UNKNOWN_RECORD, "There is no resource with the id of the URL to update.");
    }
  }
}
