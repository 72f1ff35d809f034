package ndop.fhir.servlet;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.util.Locale;
import java.util.Set;

/**
 * Removes the headers that name products and versions from every response.
 *
 * <p>Order: {@link FilterOrder#SERVER_HEADER}, before every other, so that it covers their
 * responses. It does not cover the responses that Tomcat sends before any filter, which have no
 * such header.
 */
public final class ServerHeaderFilter extends HttpFilter {

  private static final long serialVersionUID = 1L;
  private static final Set<String> REMOVED = Set.of("x-powered-by", "server");

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    chain.doFilter(request, new HeaderFilteringResponse(response));
  }

  private static final class HeaderFilteringResponse extends HttpServletResponseWrapper {

    HeaderFilteringResponse(HttpServletResponse response) {
      super(response);
    }

    @Override
    public void addHeader(String name, String value) {
      if (!REMOVED.contains(name.toLowerCase(Locale.ROOT))) {
        super.addHeader(name, value);
      }
    }

    @Override
    public void setHeader(String name, String value) {
      if (!REMOVED.contains(name.toLowerCase(Locale.ROOT))) {
        super.setHeader(name, value);
      }
    }
  }
}
