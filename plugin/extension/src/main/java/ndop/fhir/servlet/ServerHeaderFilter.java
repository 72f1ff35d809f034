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

/** Keeps headers that name products and versions out of every answer. */
public final class ServerHeaderFilter extends HttpFilter {

  private static final long serialVersionUID = 1L;
  private static final Set<String> TELLTALE = Set.of("x-powered-by", "server");

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    chain.doFilter(request, new Discreet(response));
  }

  private static final class Discreet extends HttpServletResponseWrapper {

    Discreet(HttpServletResponse response) {
      super(response);
    }

    @Override
    public void addHeader(String name, String value) {
      if (!TELLTALE.contains(name.toLowerCase(Locale.ROOT))) {
        super.addHeader(name, value);
      }
    }

    @Override
    public void setHeader(String name, String value) {
      if (!TELLTALE.contains(name.toLowerCase(Locale.ROOT))) {
        super.setHeader(name, value);
      }
    }
  }
}
