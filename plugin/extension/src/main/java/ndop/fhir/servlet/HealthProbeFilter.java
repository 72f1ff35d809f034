package ndop.fhir.servlet;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import ndop.fhir.store.Readiness;

/**
 * Answers the health probes in the form and at the addresses of Spring Boot, in any host and
 * without waiting: {@code /actuator/health/liveness} is 200 as long as the process answers; {@code
 * /actuator/health/readiness} and {@code /actuator/health} are 503 while the store or the audit
 * trail cannot be written (NDOP-210).
 *
 * <p>Order: {@link FilterOrder#HEALTH_PROBE}. A probe has no token and no certificate, tells
 * nothing but the one word, and does not count as a request.
 */
public final class HealthProbeFilter extends HttpFilter {

  /** The path of readiness; liveness is beside it. */
  public static final String READINESS = "/actuator/health/readiness";

  private static final long serialVersionUID = 1L;
  private static final String LIVENESS = "/actuator/health/liveness";
  private static final Set<String> PATHS = Set.of(READINESS, LIVENESS, "/actuator/health");
  private static final Set<String> READ_METHODS = Set.of("GET", "HEAD");

  private final transient Readiness readiness;

  public HealthProbeFilter(Readiness readiness) {
    this.readiness = readiness;
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    String path = request.getRequestURI().substring(request.getContextPath().length());
    if (!PATHS.contains(path) || !READ_METHODS.contains(request.getMethod())) {
      chain.doFilter(request, response);
      return;
    }
    boolean up = path.equals(LIVENESS) || readiness.isReady();
    response.setStatus(up ? HttpServletResponse.SC_OK : HttpServletResponse.SC_SERVICE_UNAVAILABLE);
    response.setContentType("application/json;charset=UTF-8");
    response.getWriter().write("{\"status\":\"%s\"}".formatted(up ? "UP" : "DOWN"));
  }
}
