package ndop.fhir.interceptor;

import ca.uhn.fhir.interceptor.api.Hook;
import ca.uhn.fhir.interceptor.api.Interceptor;
import ca.uhn.fhir.interceptor.api.Pointcut;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import ndop.fhir.outcome.SpineOutcomeFactory;
import ndop.fhir.policy.Situation;
import org.springframework.http.server.ServerHttpResponse;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.CorsProcessor;
import org.springframework.web.cors.DefaultCorsProcessor;

/**
 * Answers the preflight requests of pages from the configured origins (NDOP-080), and refuses pages
 * from any other.
 *
 * <p>Hook: {@code SERVER_INCOMING_REQUEST_PRE_PROCESSED}, before authentication, because a browser
 * sends no token with a preflight request.
 *
 * <p>It is not HAPI's interceptor of the same name ({@link
 * ca.uhn.fhir.rest.server.interceptor.CorsInterceptor}), which fails on an Origin that is not a URL
 * and refuses in plain text. What a page may read of a response says {@link
 * ndop.fhir.servlet.CorsHeaders}. It protects people who use a browser and authenticates no one;
 * browser credentials such as cookies are not supported.
 */
@Interceptor
public final class CorsInterceptor {

  private final CorsConfiguration configuration = new CorsConfiguration();
  private final SpineOutcomeFactory outcomes;
  private final CorsProcessor processor;

  public CorsInterceptor(List<String> origins, SpineOutcomeFactory outcomes) {
    configuration.setAllowedOriginPatterns(origins);
    configuration.setAllowedMethods(List.of("GET", "HEAD", "POST", "PUT", "OPTIONS"));
    configuration.setAllowedHeaders(List.of(CorsConfiguration.ALL));
    this.outcomes = outcomes;
    this.processor =
        new DefaultCorsProcessor() {
          @Override
          protected void rejectRequest(ServerHttpResponse response) {
            throw outcomes.exception(
                Situation.ACCESS_DENIED,
                "Pages of this origin may not call, or not with this method.");
          }
        };
  }

  /** Returns false for a preflight request, which is answered here, so that HAPI stops. */
  @Hook(value = Pointcut.SERVER_INCOMING_REQUEST_PRE_PROCESSED, order = InterceptorOrder.CORS)
  public boolean processCors(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    boolean preflight =
        "OPTIONS".equals(request.getMethod())
            && request.getHeader("Origin") != null
            && request.getHeader("Access-Control-Request-Method") != null;
    try {
      return processor.processRequest(configuration, request, response) && !preflight;
    } catch (IllegalArgumentException notAnOrigin) {
      throw outcomes.exception(
          Situation.MALFORMED_REQUEST, "Expected an origin in the header Origin; found none.");
    }
  }
}
