package ndop.fhir.servlet;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Set;
import org.springframework.core.env.PropertyResolver;

/**
 * The health probes of the host: the addresses by which an orchestrator asks whether it is alive
 * and ready. They say so to anybody, and nothing else.
 *
 * @param paths the paths of the probes below the context path, such as {@code /actuator/health}
 */
public record HealthProbes(Set<String> paths) {

  private static final Set<String> METHODS = Set.of("GET", "HEAD");

  /**
   * Those of Spring Boot's actuator, under the base path that is configured; none if its endpoints
   * have a port of their own, where the extension has no say.
   */
  public static HealthProbes of(PropertyResolver environment) {
    String port = environment.getProperty("server.port", "8080");
    if (!port.equals(environment.getProperty("management.server.port", port))) {
      return new HealthProbes(Set.of());
    }
    String base = environment.getProperty("management.endpoints.web.base-path", "/actuator");
    String name = environment.getProperty("management.endpoints.web.path-mapping.health", "health");
    String health = (base.endsWith("/") ? base : base + "/") + name;
    return new HealthProbes(Set.of(health, health + "/liveness", health + "/readiness"));
  }

  /** Whether {@code request} asks a probe; {@code path} is below the context path, as sent. */
  boolean areAskedBy(HttpServletRequest request, String path) {
    return paths.contains(path) && METHODS.contains(request.getMethod());
  }
}
