package ndop.fhir.servlet;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Hides the request headers that HAPI gives a meaning of its own, so that they are ignored as any
 * header that this API does not have. {@code Cache-Control: max-results=1} would leave one of a
 * patient's Consents out of a search without a word, {@code X-Rewrite-History} replace an old
 * version, {@code X-Request-Source} store what the caller says in the Consent.
 *
 * <p>Order: {@link FilterOrder#HAPI_HEADER}. Headers that HAPI only writes, and those that are part
 * of the API or refused by {@code RequestScopeInterceptor}, pass; {@code HapiHeaderFilterTest}
 * knows each header in HAPI's constants and fails on a new one.
 */
public final class HapiHeaderFilter extends HttpFilter {

  private static final long serialVersionUID = 1L;

  /** In lower case. */
  static final Set<String> HIDDEN =
      Set.of(
          "cache-control",
          "timezone",
          "x-cache",
          "x-cascade",
          "x-correlation-id",
          "x-fhir-starter",
          "x-meta-snapshot-mode",
          "x-progress",
          "x-request-partition-ids",
          "x-request-source",
          "x-requested-with",
          "x-retry-on-version-conflict",
          "x-rewrite-history",
          "x-security-context");

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    chain.doFilter(new VisibleHeaders(request), response);
  }

  private static boolean isHidden(String name) {
    return HIDDEN.contains(name.toLowerCase(Locale.ROOT));
  }

  private static final class VisibleHeaders extends HttpServletRequestWrapper {

    private VisibleHeaders(HttpServletRequest request) {
      super(request);
    }

    @Override
    public String getHeader(String name) {
      return isHidden(name) ? null : super.getHeader(name);
    }

    @Override
    public Enumeration<String> getHeaders(String name) {
      return isHidden(name) ? Collections.emptyEnumeration() : super.getHeaders(name);
    }

    @Override
    public Enumeration<String> getHeaderNames() {
      List<String> visible =
          Collections.list(super.getHeaderNames()).stream()
              .filter(name -> !isHidden(name))
              .toList();
      return Collections.enumeration(visible);
    }
  }
}
