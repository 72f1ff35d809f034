package ndop.fhir.interceptor;

import ca.uhn.fhir.interceptor.api.Hook;
import ca.uhn.fhir.interceptor.api.Interceptor;
import ca.uhn.fhir.interceptor.api.Pointcut;
import ca.uhn.fhir.rest.api.Constants;
import ca.uhn.fhir.rest.api.RestOperationTypeEnum;
import ca.uhn.fhir.rest.api.server.RequestDetails;
import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;
import java.util.List;
import ndop.fhir.outcome.SpineOutcomeFactory;
import ndop.fhir.policy.EntityTags;
import ndop.fhir.policy.Situation;
import org.hl7.fhir.instance.model.api.IBaseResource;

/**
 * Refuses an update unless If-Match names the stored version: one tag, a list or {@code *}
 * (NDOP-121; RFC 9110, section 13.1.1); and, if a setting requires the header, an update without it
 * (NDOP-122).
 *
 * <p>Hooks: {@code SERVER_INCOMING_REQUEST_POST_PROCESSED}, after {@link
 * PatientAuthorizationInterceptor}, where it takes the header away from HAPI, which knows a single
 * tag only; {@code STORAGE_PRESTORAGE_RESOURCE_UPDATED}, in the transaction of the update, before
 * {@link ImmutablePatientInterceptor}.
 *
 * <p>Of two updates at once that name the same version, the database lets one pass.
 *
 * @see ConditionalReadInterceptor the condition of a read
 */
@Interceptor
public final class IfMatchInterceptor {

  private final boolean required;
  private final SpineOutcomeFactory outcomes;

  public IfMatchInterceptor(boolean required, SpineOutcomeFactory outcomes) {
    this.required = required;
    this.outcomes = outcomes;
  }

  /** Takes note of the condition; throws if it has another form. */
  @Hook(value = Pointcut.SERVER_INCOMING_REQUEST_POST_PROCESSED, order = InterceptorOrder.IF_MATCH)
  public void takeCondition(ServletRequestDetails request) {
    List<String> values = request.getHeaders(Constants.HEADER_IF_MATCH);
    if (values.isEmpty() || !isUpdate(request)) {
      return;
    }
    EntityTags tags =
        EntityTags.of(values)
            .orElseThrow(
                () ->
                    outcomes.exception(
                        Situation.STALE_VERSION,
                        "Expected the ETag of the current version in If-Match; found no ETag."));
    request.getUserData().put(EntityTags.class, tags);
    request.setHeaders(Constants.HEADER_IF_MATCH, List.of());
  }

  /**
   * Throws if the header is missing or names another version; an unknown id or an invalid body is
   * reported first.
   */
  @Hook(value = Pointcut.STORAGE_PRESTORAGE_RESOURCE_UPDATED, order = InterceptorOrder.IF_MATCH)
  public void checkCondition(IBaseResource stored, RequestDetails request) {
    if (!(request instanceof ServletRequestDetails) || !isUpdate(request)) {
      return;
    }
    if (request.getUserData().get(EntityTags.class) instanceof EntityTags tags) {
      if (!tags.matches(stored.getIdElement().getVersionIdPart())) {
        throw outcomes.exception(
            Situation.STALE_VERSION,
            "The stored version is not the one that If-Match names. "
                + "Read it again, then repeat the update.");
      }
    } else if (required) {
      throw outcomes.exception(
          Situation.VERSION_REQUIRED,
          "Expected the header If-Match with the version that the update is based on; found none.");
    }
  }

  private static boolean isUpdate(RequestDetails request) {
    return request.getRestOperationType() == RestOperationTypeEnum.UPDATE;
  }
}
