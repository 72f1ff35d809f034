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
 * Refuses, before anything is done for it, a request that is too much: of its client in a minute,
 * of all clients at once, or in its address. Gives what is let through a time in which its body
 * must arrive.
 *
 * <p>What a body may be is not asked here; the hooks do that.
 */
public final class RequestLimitFilter extends HttpFilter {

  private static final long serialVersionUID = 1L;
  private static final String CERTIFICATES = "jakarta.servlet.request.X509Certificate";
  private static final String RETRY_AFTER = "Retry-After";

  private final transient UrlPolicy bounds;
  private final transient Optional<RateLimiter> rate;
  private final transient Semaphore atOnce;
  private final transient Duration time;
  private final transient SpineErrorResponseFactory responses;

  public RequestLimitFilter(
      UrlPolicy bounds,
      Optional<RateLimiter> rate,
      int atOnce,
      Duration time,
      SpineErrorResponseFactory responses) {
    this.bounds = bounds;
    this.rate = rate;
    this.atOnce = new Semaphore(atOnce);
    this.time = time;
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
    } else if (atOnce.tryAcquire()) {
      try {
        withinTime(request, response, chain);
      } finally {
        atOnce.release();
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
    DeadlineRequestWrapper timed = new DeadlineRequestWrapper(request, time);
    Optional<Outcome> refusal = bounds.refusal(request.getRequestURI(), request.getQueryString());
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

  /** The client's certificate says more than its address, which a proxy may share. */
  private static String client(HttpServletRequest request) {
    return request.getAttribute(CERTIFICATES) instanceof X509Certificate[] chain && chain.length > 0
        ? chain[0].getSubjectX500Principal().getName()
        : request.getRemoteAddr();
  }
}
