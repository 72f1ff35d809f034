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
 * Refuses a request that exceeds a limit, before any work is done for it: of its client in a
 * minute, of all clients at once, of the length of its URL or of the number of its parameters
 * (docs/adr/0010). What it lets through gets a time within which the body must arrive.
 *
 * <p>Order: {@link FilterOrder#REQUEST_LIMIT}. It does not limit bodies: {@code
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
  private final transient Duration bodyTime;
  private final transient SpineErrorResponseFactory responses;

  public RequestLimitFilter(
      UrlPolicy urls,
      Optional<RateLimiter> rate,
      int permits,
      Duration bodyTime,
      SpineErrorResponseFactory responses) {
    this.urls = urls;
    this.rate = rate;
    this.permits = new Semaphore(permits);
    this.bodyTime = bodyTime;
    this.responses = responses;
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    long wait = rate.map(one -> one.secondsToWait(client(request))).orElse(0L);
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
        withinTime(request, response, chain);
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

  private void withinTime(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    DeadlineRequestWrapper timed = new DeadlineRequestWrapper(request, bodyTime);
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

  /** By certificate where there is one: behind a proxy, clients share an address. */
  private static String client(HttpServletRequest request) {
    return request.getAttribute(CERTIFICATES) instanceof X509Certificate[] chain && chain.length > 0
        ? chain[0].getSubjectX500Principal().getName()
        : request.getRemoteAddr();
  }
}
