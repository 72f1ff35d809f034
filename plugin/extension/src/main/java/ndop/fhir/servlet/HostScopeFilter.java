package ndop.fhir.servlet;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Refuses every request that is not for the API, as if there were nothing at its address (NDOP-211,
 * decision D-33). A stock host also serves a test page that fetches URLs for its caller, job
 * control, message endpoints, descriptions of itself; and the next version of it may serve more,
 * which is why the list says what is open and not what is closed.
 *
 * <p>Order: {@link FilterOrder#HOST_SCOPE}, after {@link HealthProbeFilter} and {@code
 * PublishedContentFilter}, which have answered the probes and what is published, and before all
 * filters and servlets of the host. Dispatcher types: {@code REQUEST}, {@code FORWARD} and {@code
 * ASYNC}; what is dispatched as an {@code ERROR} is answered by {@link SpineErrorFilter}.
 *
 * <p>It decides by the servlet that the container has chosen, so that no spelling of a path leads
 * to another servlet, and lets pass only such paths as mean the same to every filter that follows.
 * It does not decide what the API is; {@code RequestScopeInterceptor} does, within HAPI. It does
 * not keep a filter of the host from acting on a request for the API.
 *
 * @see FhirServlet
 */
public final class HostScopeFilter extends HttpFilter {

  private static final long serialVersionUID = 1L;

  /** Path parameters, backslashes, empty and dot segments, and what could be one, encoded. */
  private static final Pattern AMBIGUOUS =
      Pattern.compile("[;\\\\]|%(?:2[EeFf]|3[Bb]|5[Cc])|//|/\\.{1,2}(?:/|$)");

  private static final String WEB_SOCKET = "websocket";

  private final transient SpineErrorResponseFactory responses;
  private transient Optional<FhirServlet> api = Optional.empty();

  public HostScopeFilter(SpineErrorResponseFactory responses) {
    this.responses = responses;
  }

  /** Called when every servlet of the host is registered. */
  @Override
  public void init() {
    api = FhirServlet.onlyOneIn(getServletContext());
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    String path = request.getRequestURI().substring(request.getContextPath().length());
    if (isForApi(request, path)) {
      chain.doFilter(request, response);
    } else {
      responses
          .forStatus(HttpServletResponse.SC_NOT_FOUND, request.getHeader("Accept"))
          .writeTo(response);
    }
  }

  private boolean isForApi(HttpServletRequest request, String path) {
    return api.filter(servlet -> servlet.isTargetOf(request) && servlet.covers(path)).isPresent()
        && !AMBIGUOUS.matcher(path).find()
        && !asksForWebSocket(request);
  }

  /** A filter of the container would take the connection over, below the path of the API too. */
  private static boolean asksForWebSocket(HttpServletRequest request) {
    return Collections.list(request.getHeaders("Upgrade")).stream()
        .anyMatch(protocol -> protocol.toLowerCase(Locale.ROOT).contains(WEB_SOCKET));
  }
}
