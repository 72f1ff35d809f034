package ndop.fhir.servlet;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Adds the {@link CorsHeaders} to the responses of the filters that follow, of HAPI and, as it
 * takes part in error dispatches, of the container.
 *
 * <p>Order: {@link FilterOrder#CORS_HEADER}.
 */
public final class CorsHeaderFilter extends HttpFilter {

  private static final long serialVersionUID = 1L;

  private final transient CorsHeaders headers;

  public CorsHeaderFilter(CorsHeaders headers) {
    this.headers = headers;
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    headers.addTo(request, response);
    chain.doFilter(request, response);
  }
}
