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
 * Refuses a PUT to an id that does not exist, for which HAPI would create a resource (NDOP-115).
 *
 * <p>Hook: {@code STORAGE_PRESTORAGE_RESOURCE_CREATED}, in the transaction of the write, so that
 * nothing can come between the check and the write. It does not see a PUT to a deleted id, but
 * nothing is ever deleted: {@link RequestScopeInterceptor} refuses DELETE.
 */
@Interceptor
public final class UpdateAsCreateInterceptor {

  private final SpineOutcomeFactory outcomes;

  public UpdateAsCreateInterceptor(SpineOutcomeFactory outcomes) {
    this.outcomes = outcomes;
  }

  /** Throws if an update is about to create a resource. */
  @Hook(
      value = Pointcut.STORAGE_PRESTORAGE_RESOURCE_CREATED,
      order = InterceptorOrder.UPDATE_AS_CREATE)
  public void refuseUpdateAsCreate(RequestDetails request) {
    if (request instanceof ServletRequestDetails
        && request.getRestOperationType() == RestOperationTypeEnum.UPDATE) {
      throw outcomes.exception(
          Situation.UNKNOWN_RECORD, "There is no resource with the id of the URL to update.");
    }
  }
}
