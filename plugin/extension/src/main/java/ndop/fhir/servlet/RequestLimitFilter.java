package ndop.fhir.servlet;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import ndop.fhir.policy.Outcome;
import ndop.fhir.policy.RateLimiter;
import ndop.fhir.policy.Situation;
import ndop.fhir.policy.UrlPolicy;

/**
 * Refuses a request that exceeds a limit, before any work is done for it: requests of one client in
 * a minute, concurrent requests, the length of the URL or the number of parameters (docs/adr/0010).
 * A request that passes gets a deadline by which its body must arrive.
 *
 * <p>Order: {@link FilterOrder#REQUEST_LIMIT}. It does not limit the size of bodies; {@code
 * RequestValidatingInterceptor} does.
 *
 * @see UrlPolicy
 * @see RateLimiter
 * @see DeadlineRequestWrapper
 */
public final class RequestLimitFilter extends HttpFilter {

  private static final long serialVersionUID = 1L;
  private static final String CERTIFICATES = "jakarta.servlet.request.X509Certificate";
  private static final String RETRY_AFTER = "Retry-After";

  private final transient UrlPolicy urls;
  private final transient Optional<RateLimiter> rate;
  private final transient Semaphore permits;
  private final transient Duration bodyTimeout;
  private final transient SpineErrorResponseFactory responses;

  public RequestLimitFilter(
      UrlPolicy urls,
      Optional<RateLimiter> rate,
      int permits,
      Duration bodyTimeout,
      SpineErrorResponseFactory responses) {
    this.urls = urls;
    this.rate = rate;
    this.permits = new Semaphore(permits);
    this.bodyTimeout = bodyTimeout;
    this.responses = responses;
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    long wait = rate.map(limiter -> limiter.secondsToWait(client(request))).orElse(0L);
    if (wait > 0) {
      response.setHeader(RETRY_AFTER, String.valueOf(wait));
      refuse(
          Outcome.of(
              Situation.TOO_MANY_REQUESTS,
              "This client sent more requests than it may in a minute; repeat in %d s."
                  .formatted(wait)),
          request,
          response);
    } else if (permits.tryAcquire()) {
      try {
        doFilterWithDeadline(request, response, chain);
      } finally {
        permits.release();
      }
    } else {
      response.setHeader(RETRY_AFTER, "1");
      refuse(
          Outcome.of(
              Situation.OVERLOADED, "The server has as many requests as it can take; repeat it."),
          request,
          response);
    }
  }

  private void doFilterWithDeadline(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    DeadlineRequestWrapper timed = new DeadlineRequestWrapper(request, bodyTimeout);
    Optional<Outcome> refusal = urls.refusal(request.getRequestURI(), request.getQueryString());
    HttpServletResponse answer = timed.drainedBy(response);
    if (refusal.isPresent()) {
      refuse(refusal.get(), request, answer);
    } else {
      chain.doFilter(timed, answer);
    }
    timed.drain();
  }

  private void refuse(Outcome refusal, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    responses.forOutcome(refusal, request.getHeader("Accept")).writeTo(response);
  }

  /**
   * Identifies a client by its certificate, if it has one: clients behind a proxy share an address.
   */
  private static String client(HttpServletRequest request) {
    return request.getAttribute(CERTIFICATES) instanceof X509Certificate[] chain && chain.length > 0
        ? chain[0].getSubjectX500Principal().getName()
        : request.getRemoteAddr();
  }
}
