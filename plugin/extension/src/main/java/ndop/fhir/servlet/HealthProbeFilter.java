package ndop.fhir.servlet;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import ndop.fhir.store.Readiness;

/**
 * Answers the health probes in the form and at the addresses of Spring Boot, in any host and
 * without waiting: {@code /actuator/health/liveness} is 200 as long as the process answers; {@code
 * /actuator/health/readiness} and {@code /actuator/health} are 503 while the store or the audit
 * trail cannot be written (NDOP-210).
 *
 * <p>Order: {@link FilterOrder#HEALTH_PROBE}. A probe has no token and no certificate, tells
 * nothing but the one word, and does not count as a request.
 *
 * @see HealthProbes
 */
public final class HealthProbeFilter extends HttpFilter {

  private static final long serialVersionUID = 1L;

  private final transient HealthProbes probes;
  private final transient Readiness readiness;

  public HealthProbeFilter(HealthProbes probes, Readiness readiness) {
    this.probes = probes;
    this.readiness = readiness;
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    boolean liveness = probes.isLiveness(request);
    if (!liveness && !probes.isReadiness(request)) {
      chain.doFilter(request, response);
      return;
    }
    boolean up = liveness || readiness.isReady();
    response.setStatus(up ? HttpServletResponse.SC_OK : HttpServletResponse.SC_SERVICE_UNAVAILABLE);
    response.setContentType("application/json;charset=UTF-8");
    response.getWriter().write("{\"status\":\"%s\"}".formatted(up ? "UP" : "DOWN"));
  }
}
