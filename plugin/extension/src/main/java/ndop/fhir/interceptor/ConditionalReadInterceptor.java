package ndop.fhir.interceptor;

import ca.uhn.fhir.interceptor.api.Hook;
import ca.uhn.fhir.interceptor.api.Interceptor;
import ca.uhn.fhir.interceptor.api.Pointcut;
import ca.uhn.fhir.rest.api.Constants;
import ca.uhn.fhir.rest.api.RestOperationTypeEnum;
import ca.uhn.fhir.rest.api.server.ResponseDetails;
import ca.uhn.fhir.rest.server.exceptions.NotModifiedException;
import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;
import ca.uhn.fhir.util.DateUtils;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import ndop.fhir.policy.EntityTags;
import org.hl7.fhir.instance.model.api.IBaseResource;

/**
 * Answers 304 to a read whose client has the version already (RFC 9110, section 13): If-None-Match
 * with one tag, a list or {@code *}; without it, If-Modified-Since. A header of another form is
 * ignored, as HTTP requires. The answer has the validators of the version (section 15.4.5).
 *
 * <p>Hooks: {@code SERVER_INCOMING_REQUEST_PRE_HANDLER_SELECTED}, where it takes the headers away
 * from HAPI, which knows a single tag only, and compares seconds with milliseconds; {@code
 * SERVER_OUTGOING_RESPONSE}, before the interceptors that record the answer.
 *
 * @see IfMatchInterceptor the condition of an update
 */
@Interceptor
public final class ConditionalReadInterceptor {

  private static final long MILLIS = 1000;

  /** What the client has; null where it does not say. */
  private record Condition(EntityTags tags, Date since) {}

  /** Takes note of the condition of a read. */
  @Hook(
      value = Pointcut.SERVER_INCOMING_REQUEST_PRE_HANDLER_SELECTED,
      order = InterceptorOrder.CONDITIONAL_READ)
  public void takeCondition(ServletRequestDetails request) {
    List<String> noneMatch = request.getHeaders(Constants.HEADER_IF_NONE_MATCH);
    String since = request.getHeader(Constants.HEADER_IF_MODIFIED_SINCE);
    if (noneMatch.isEmpty() && since == null) {
      return;
    }
    Date date = noneMatch.isEmpty() && since != null ? DateUtils.parseDate(since) : null;
    request
        .getUserData()
        .put(Condition.class, new Condition(EntityTags.of(noneMatch).orElse(null), date));
    request.setHeaders(Constants.HEADER_IF_NONE_MATCH, List.of());
    request.setHeaders(Constants.HEADER_IF_MODIFIED_SINCE, List.of());
  }

  /** Throws if the client has the version that is about to be sent. */
  @Hook(value = Pointcut.SERVER_OUTGOING_RESPONSE, order = InterceptorOrder.NOT_MODIFIED)
  public void answerNotModified(ServletRequestDetails request, ResponseDetails response) {
    RestOperationTypeEnum operation = request.getRestOperationType();
    IBaseResource resource = response.getResponseResource();
    if ((operation == RestOperationTypeEnum.READ || operation == RestOperationTypeEnum.VREAD)
        && response.getResponseCode() == Constants.STATUS_HTTP_200_OK
        && resource != null
        && request.getUserData().get(Condition.class) instanceof Condition condition
        && isKnown(condition, resource)) {
      NotModifiedException notModified = new NotModifiedException("Not Modified");
      notModified.addResponseHeader(
          Constants.HEADER_ETAG, "W/\"%s\"".formatted(version(resource).orElseThrow()));
      Date changed = resource.getMeta().getLastUpdated();
      if (changed != null) {
        notModified.addResponseHeader(
            Constants.HEADER_LAST_MODIFIED, DateUtils.formatDate(changed));
      }
      throw notModified;
    }
  }

  private static boolean isKnown(Condition condition, IBaseResource resource) {
    Optional<String> version = version(resource);
    if (version.isEmpty()) {
      return false;
    }
    if (condition.tags() != null) {
      return condition.tags().matches(version.get());
    }
    Date changed = resource.getMeta().getLastUpdated();
    return condition.since() != null
        && changed != null
        && changed.getTime() / MILLIS <= condition.since().getTime() / MILLIS;
  }

  private static Optional<String> version(IBaseResource resource) {
    return Optional.ofNullable(resource.getIdElement().getVersionIdPart())
        .or(() -> Optional.ofNullable(resource.getMeta().getVersionId()));
  }
}
