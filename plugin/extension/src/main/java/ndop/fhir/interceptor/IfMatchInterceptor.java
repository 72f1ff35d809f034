package ndop.fhir.interceptor;

import ca.uhn.fhir.interceptor.api.Hook;
import ca.uhn.fhir.interceptor.api.Interceptor;
import ca.uhn.fhir.interceptor.api.Pointcut;
import ca.uhn.fhir.rest.api.Constants;
import ca.uhn.fhir.rest.api.RestOperationTypeEnum;
import ca.uhn.fhir.rest.api.server.RequestDetails;
import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;
import java.util.regex.Pattern;
import ndop.fhir.outcome.SpineOutcomeFactory;
import ndop.fhir.policy.Situation;

/**
 * Refuses an update whose If-Match cannot name a version of this server (NDOP-121) and, if a
 * setting requires the header, an update without it (NDOP-122).
 *
 * <p>Hooks: {@code SERVER_INCOMING_REQUEST_POST_PROCESSED}, after {@link
 * PatientAuthorizationInterceptor}; {@code STORAGE_PRESTORAGE_RESOURCE_UPDATED}, in the transaction
 * of the update, before {@link ImmutablePatientInterceptor}.
 *
 * <p>HAPI checks whether the named version is the current one, in the same transaction.
 */
@Interceptor
public final class IfMatchInterceptor {

  /** HAPI numbers versions, and fails on a number that does not fit into a long. */
  private static final Pattern VERSION_TAG = Pattern.compile("(?:W/)?\"[0-9]{1,18}\"");

  private final boolean required;
  private final SpineOutcomeFactory outcomes;

  public IfMatchInterceptor(boolean required, SpineOutcomeFactory outcomes) {
    this.required = required;
    this.outcomes = outcomes;
  }

  /** Throws if the header cannot name a version. */
  @Hook(value = Pointcut.SERVER_INCOMING_REQUEST_POST_PROCESSED, order = InterceptorOrder.IF_MATCH)
  public void refuseImpossibleVersion(ServletRequestDetails request) {
    String tag = request.getHeader(Constants.HEADER_IF_MATCH);
    if (isUpdate(request) && tag != null && !VERSION_TAG.matcher(tag.strip()).matches()) {
      throw outcomes.exception(
          Situation.STALE_VERSION,
          "Expected the ETag of the current version in If-Match; found no version of this server.");
    }
  }

  /** Throws if the header is missing; an unknown id or an invalid body is reported first. */
  @Hook(value = Pointcut.STORAGE_PRESTORAGE_RESOURCE_UPDATED, order = InterceptorOrder.IF_MATCH)
  public void requireIfMatch(RequestDetails request) {
    if (required
        && request instanceof ServletRequestDetails
        && isUpdate(request)
        && request.getHeader(Constants.HEADER_IF_MATCH) == null) {
      throw outcomes.exception(
          Situation.VERSION_REQUIRED,
          "Expected the header If-Match with the version that the update is based on; found none.");
    }
  }

  private static boolean isUpdate(RequestDetails request) {
    return request.getRestOperationType() == RestOperationTypeEnum.UPDATE;
  }
}
