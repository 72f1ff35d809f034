package ndop.fhir.interceptor;

import ca.uhn.fhir.interceptor.api.Hook;
import ca.uhn.fhir.interceptor.api.Interceptor;
import ca.uhn.fhir.interceptor.api.Pointcut;
import ca.uhn.fhir.rest.api.Constants;
import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;
import java.util.HashMap;
import java.util.Map;

/**
 * Limits the number of entries in a page to the configured maximum. HAPI's own maximum applies only
 * to requests without {@code _count}.
 *
 * <p>Hooks: {@code SERVER_INCOMING_REQUEST_PRE_HANDLER_SELECTED}, after {@link
 * RequestScopeInterceptor}; {@code SERVER_OUTGOING_RESPONSE}, after any other. A larger {@code
 * _count} is lowered, not refused.
 */
@Interceptor
public final class PageSizeInterceptor {

  private final int maximum;

  public PageSizeInterceptor(int maximum) {
    this.maximum = maximum;
  }

  /** Lowers {@code _count}; {@link RequestScopeInterceptor} has ensured that it is a number. */
  @Hook(
      value = Pointcut.SERVER_INCOMING_REQUEST_PRE_HANDLER_SELECTED,
      order = InterceptorOrder.PAGE_SIZE)
  public void limitPageSize(ServletRequestDetails request) {
    String[] count = request.getParameters().get(Constants.PARAM_COUNT);
    if (count == null && !request.getParameters().containsKey(Constants.PARAM_OFFSET)) {
      return;
    }
    if (count == null || Integer.parseInt(count[0]) > maximum) {
      Map<String, String[]> parameters = new HashMap<>(request.getParameters());
      parameters.put(Constants.PARAM_COUNT, new String[] {String.valueOf(maximum)});
      request.setParameters(parameters);
    }
  }

  /** Keeps the links in the answer to {@code _count=0}, which HAPI would leave out (NDOP-103). */
  @Hook(value = Pointcut.SERVER_OUTGOING_RESPONSE, order = InterceptorOrder.EMPTY_PAGE)
  public void keepLinksOfEmptyPage(ServletRequestDetails request) {
    String[] count = request.getParameters().get(Constants.PARAM_COUNT);
    if (count != null && Integer.parseInt(count[0]) == 0) {
      Map<String, String[]> parameters = new HashMap<>(request.getParameters());
      parameters.remove(Constants.PARAM_COUNT);
      request.setParameters(parameters);
    }
  }
}
