package ndop.fhir.servlet;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Lets HAPI answer a HEAD as the GET that it is without a body (RFC 9110, section 9.3.2), also
 * where HAPI itself has no HEAD, as for a search. The container sends the headers only.
 *
 * <p>Order: {@link FilterOrder#HEAD_REQUEST}.
 */
public final class HeadRequestFilter extends HttpFilter {

  private static final long serialVersionUID = 1L;

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    chain.doFilter("HEAD".equals(request.getMethod()) ? new AsGet(request) : request, response);
  }

  private static final class AsGet extends HttpServletRequestWrapper {

    private AsGet(HttpServletRequest request) {
      super(request);
    }

    @Override
    public String getMethod() {
      return "GET";
    }
  }
}
