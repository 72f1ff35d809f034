package ndop.fhir.servlet;

import ca.uhn.fhir.rest.server.RestfulServer;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * HAPI's servlet, as the host has registered it.
 *
 * @param name the name of the servlet, which no other servlet of the host has
 * @param mappings its URL patterns, such as {@code /fhir/*}
 */
public record FhirServlet(String name, List<String> mappings) {

  private static final String BELOW = "/*";

  /** The servlets of this kind that answer anything in the host. */
  public static List<FhirServlet> allIn(ServletContext context) {
    return context.getServletRegistrations().values().stream()
        .filter(registration -> isFhirServlet(registration, context.getClassLoader()))
        .filter(registration -> !registration.getMappings().isEmpty())
        .map(one -> new FhirServlet(one.getName(), one.getMappings().stream().sorted().toList()))
        .toList();
  }

  /** The host's servlet; empty if it has none, or several, of which it may guard only one. */
  public static Optional<FhirServlet> onlyOneIn(ServletContext context) {
    List<FhirServlet> found = allIn(context);
    return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
  }

  /** Whether every mapping is to a path and all that is below it. */
  public boolean isMappedToPaths() {
    return mappings.stream().allMatch(mapping -> mapping.endsWith(BELOW));
  }

  /** The path of the API in the host, such as {@code /fhir}; the first, if there are several. */
  public String path() {
    return paths().iterator().next();
  }

  /**
   * Whether the container will hand {@code request} to this servlet. The container knows: it
   * decodes and normalises the path, and prefers a longer or an exact mapping of another servlet.
   */
  boolean isTargetOf(HttpServletRequest request) {
    return name.equals(request.getHttpServletMapping().getServletName());
  }

  /** Whether {@code path}, as it was sent, is the path of the API or below it. */
  boolean covers(String path) {
    return paths().stream().anyMatch(base -> path.equals(base) || path.startsWith(base + "/"));
  }

  private Collection<String> paths() {
    return mappings.stream()
        .map(
            mapping ->
                mapping.endsWith(BELOW)
                    ? mapping.substring(0, mapping.length() - BELOW.length())
                    : mapping)
        .toList();
  }

  private static boolean isFhirServlet(ServletRegistration registration, ClassLoader classes) {
    try {
      return RestfulServer.class.isAssignableFrom(
          Class.forName(registration.getClassName(), false, classes));
    } catch (ClassNotFoundException anotherKindOfServlet) {
      return false;
    }
  }
}
