package ndop.fhir.interceptor;

import ca.uhn.fhir.interceptor.api.Hook;
import ca.uhn.fhir.interceptor.api.Interceptor;
import ca.uhn.fhir.interceptor.api.Pointcut;
import ca.uhn.fhir.rest.api.Constants;
import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;
import ca.uhn.fhir.util.DateUtils;
import java.util.List;

/**
 * Drops an If-Modified-Since that is no date, as HTTP asks (RFC 9110, section 13.1.3); HAPI fails
 * on it.
 */
@Interceptor
public final class IfModifiedSinceInterceptor {

  /** Takes the header from the request. */
  @Hook(Pointcut.SERVER_INCOMING_REQUEST_PRE_HANDLER_SELECTED)
  public void dropInvalidDate(ServletRequestDetails request) {
    String since = request.getHeader(Constants.HEADER_IF_MODIFIED_SINCE);
    if (since != null && DateUtils.parseDate(since) == null) {
      request.setHeaders(Constants.HEADER_IF_MODIFIED_SINCE, List.of());
    }
  }
}
