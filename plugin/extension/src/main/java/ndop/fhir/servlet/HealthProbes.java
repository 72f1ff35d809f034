package ndop.fhir.servlet;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import java.util.Set;
import org.springframework.core.env.PropertyResolver;

/**
 * The addresses of the health probes, by which an orchestrator asks whether the server is alive and
 * ready: those of Spring Boot's actuator.
 *
 * @param health the path of the probe below the context path, such as {@code /actuator/health};
 *     liveness and readiness are below it. Empty if there are no probes
 */
public record HealthProbes(Optional<String> health) {

  private static final Set<String> METHODS = Set.of("GET", "HEAD");

  /**
   * Under the base path that is configured; none if the host's endpoints have a port of their own,
   * where the extension has no say.
   */
  public static HealthProbes of(PropertyResolver environment) {
    String port = environment.getProperty("server.port", "8080");
    if (!port.equals(environment.getProperty("management.server.port", port))) {
      return new HealthProbes(Optional.empty());
    }
    String base = environment.getProperty("management.endpoints.web.base-path", "/actuator");
    String name = environment.getProperty("management.endpoints.web.path-mapping.health", "health");
    return new HealthProbes(Optional.of((base.endsWith("/") ? base : base + "/") + name));
  }

  /** Whether {@code request} asks if the process is alive. */
  boolean isLiveness(HttpServletRequest request) {
    return isFor(request, "/liveness");
  }

  /** Whether {@code request} asks if the server can do its work. */
  boolean isReadiness(HttpServletRequest request) {
    return isFor(request, "") || isFor(request, "/readiness");
  }

  private boolean isFor(HttpServletRequest request, String below) {
    String path = request.getRequestURI().substring(request.getContextPath().length());
    return METHODS.contains(request.getMethod())
        && health.filter(probe -> path.equals(probe + below)).isPresent();
  }
}
