package ndop.fhir.servlet;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import org.springframework.http.HttpHeaders;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.CorsUtils;

/**
 * The headers by which a browser lets a page of a configured origin read a response (NDOP-080),
 * whichever part of the server makes it: a refusal that a page cannot read tells its user nothing.
 *
 * @see ndop.fhir.interceptor.CorsInterceptor for preflight requests and for pages of other origins
 */
public final class CorsHeaders {

  /** What a page may read besides the headers that every page may. */
  private static final List<String> EXPOSED =
      List.of("ETag", "Last-Modified", "Location", "Retry-After", "X-Request-ID");

  private final CorsConfiguration configuration = new CorsConfiguration();
  private final boolean offered;

  /**
   * For origins or patterns of them, such as {@code https://*.nhs.uk}; none where there is no CORS.
   */
  public CorsHeaders(List<String> origins) {
    offered = !origins.isEmpty();
    configuration.setAllowedOriginPatterns(origins);
  }

  /** Adds them, unless the origin is no configured one or the request is a preflight. */
  void addTo(HttpServletRequest request, HttpServletResponse response) {
    if (!offered || CorsUtils.isPreFlightRequest(request)) {
      return;
    }
    if (!response.getHeaders(HttpHeaders.VARY).contains(HttpHeaders.ORIGIN)) {
      response.addHeader(HttpHeaders.VARY, HttpHeaders.ORIGIN);
    }
    String allowed = configuration.checkOrigin(request.getHeader(HttpHeaders.ORIGIN));
    if (allowed != null) {
      response.setHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
      response.setHeader(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, String.join(", ", EXPOSED));
    }
  }
}
