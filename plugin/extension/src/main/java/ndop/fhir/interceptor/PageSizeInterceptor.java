package ndop.fhir.interceptor;

import ca.uhn.fhir.interceptor.api.Hook;
import ca.uhn.fhir.interceptor.api.Interceptor;
import ca.uhn.fhir.interceptor.api.Pointcut;
import ca.uhn.fhir.rest.api.Constants;
import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;
import java.util.HashMap;
import java.util.Map;

/**
 * Lets no page have more entries than a setting allows. HAPI's own maximum holds for requests that
 * name no number of entries.
 */
@Interceptor
public final class PageSizeInterceptor {

  private final int most;

  public PageSizeInterceptor(int most) {
    this.most = most;
  }

  /**
   * Lowers what the client asks for; {@link RequestScopeInterceptor} saw to it that it is a number.
   */
  @Hook(value = Pointcut.SERVER_INCOMING_REQUEST_PRE_HANDLER_SELECTED, order = 1)
  public void limitPageSize(ServletRequestDetails request) {
    String[] count = request.getParameters().get(Constants.PARAM_COUNT);
    if (count == null && !request.getParameters().containsKey(Constants.PARAM_OFFSET)) {
      return;
    }
    if (count == null || Integer.parseInt(count[0]) > most) {
      Map<String, String[]> asked = new HashMap<>(request.getParameters());
      asked.put(Constants.PARAM_COUNT, new String[] {String.valueOf(most)});
      request.setParameters(asked);
    }
  }
}
