package ndop.fhir.interceptor;

import ca.uhn.fhir.interceptor.api.Hook;
import ca.uhn.fhir.interceptor.api.Interceptor;
import ca.uhn.fhir.interceptor.api.Pointcut;
import ca.uhn.fhir.rest.api.Constants;
import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;
import ca.uhn.fhir.util.DateUtils;
import java.util.List;

/**
 * Ignores an If-Modified-Since that is not a valid date, as HTTP requires (RFC 9110, section
 * 13.1.3); HAPI would fail on it.
 *
 * <p>Hook: {@code SERVER_INCOMING_REQUEST_PRE_HANDLER_SELECTED}. HAPI still evaluates a valid date.
 */
@Interceptor
public final class IfModifiedSinceInterceptor {

  /** Removes the header from the request. */
  @Hook(
      value = Pointcut.SERVER_INCOMING_REQUEST_PRE_HANDLER_SELECTED,
      order = InterceptorOrder.IF_MODIFIED_SINCE)
  public void dropInvalidDate(ServletRequestDetails request) {
    String since = request.getHeader(Constants.HEADER_IF_MODIFIED_SINCE);
    if (since != null && DateUtils.parseDate(since) == null) {
      request.setHeaders(Constants.HEADER_IF_MODIFIED_SINCE, List.of());
    }
  }
}
