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
import ndop.fhir.outcome.SpineOutcomeFactory;
import ndop.fhir.policy.BodySizePolicy;
import ndop.fhir.policy.ClientIdentity;
import ndop.fhir.policy.FairShares;
import ndop.fhir.policy.MinimumRate;
import ndop.fhir.policy.Outcome;
import ndop.fhir.policy.RateLimiter;
import ndop.fhir.policy.Situation;
import ndop.fhir.policy.UrlPolicy;
import org.springframework.http.HttpHeaders;

/**
 * Refuses a request that exceeds a limit, before any work is done for it: requests of one client in
 * a minute, the length of the URL, the number of parameters, the size of the body, the time and the
 * rate at which it arrives, concurrent requests (docs/adr/0010). Of the places for requests that
 * are arriving, and of those for requests that are being answered, each client has its share; the
 * second kind is taken only when the body is complete. An answer must be taken at a least rate,
 * too. The connection of a request that is refused is closed.
 *
 * <p>Order: {@link FilterOrder#REQUEST_LIMIT}. It does not limit the size of a body after
 * decompression; {@code RequestValidatingInterceptor} does.
 *
 * @see UrlPolicy
 * @see RateLimiter
 * @see FairShares
 * @see RequestBodyReceiver
 */
public final class RequestLimitFilter extends HttpFilter {

  private static final long serialVersionUID = 1L;
  private static final String CERTIFICATES = "jakarta.servlet.request.X509Certificate";

  /** How long a request that has arrived may wait: a burst of an honest client is soon over. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final transient UrlPolicy urls;
  private final transient BodySizePolicy sizes;
  private final transient Optional<RateLimiter> rate;
  private final transient FairShares arriving;
  private final transient FairShares atOnce;
  private final transient RequestBodyReceiver bodies;
  private final transient MinimumRate minimumRate;
  private final transient SpineErrorResponseFactory responses;
  private final transient LingeringClose lingering = new LingeringClose();

  /**
   * Creates the filter.
   *
   * @param arriving the places for requests that are arriving or waiting, each of which occupies a
   *     thread
   * @param atOnce the places for requests that are being answered, likewise
   * @param minimumRate the rate at which a client must take an answer
   */
  public RequestLimitFilter(
      UrlPolicy urls,
      BodySizePolicy sizes,
      Optional<RateLimiter> rate,
      FairShares arriving,
      FairShares atOnce,
      RequestBodyReceiver bodies,
      MinimumRate minimumRate,
      SpineErrorResponseFactory responses) {
    this.urls = urls;
    this.sizes = sizes;
    this.rate = rate;
    this.arriving = arriving;
    this.atOnce = atOnce;
    this.bodies = bodies;
    this.minimumRate = minimumRate;
    this.responses = responses;
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    Exchange exchange = new Exchange(client(request), request, response);
    long wait = rate.map(limiter -> limiter.secondsToWait(exchange.client())).orElse(0L);
    if (wait > 0) {
      response.setHeader(HttpHeaders.RETRY_AFTER, String.valueOf(wait));
      refuse(
          Outcome.of(
              Situation.TOO_MANY_REQUESTS,
              "This client sent more requests than it may in a minute; repeat in %d s."
                  .formatted(wait)),
          exchange);
      return;
    }
    Optional<Outcome> refusal =
        urls.refusal(request.getRequestURI(), request.getQueryString())
            .or(() -> sizes.refusal(request.getContentLengthLong()));
    if (refusal.isPresent()) {
      refuse(refusal.get(), exchange);
      return;
    }
    Optional<ReceivedBody> body = admit(exchange);
    if (body.isPresent()) {
      TimedResponse timed = new TimedResponse(response, minimumRate);
      try {
        chain.doFilter(new BufferedRequest(request, body.get().bytes()), timed);
      } finally {
        atOnce.release(exchange.client());
      }
      timed.checkTaken();
    }
  }

  /**
   * Receives the body and takes a place for answering the request; empty if it has been refused.
   */
  private Optional<ReceivedBody> admit(Exchange exchange) throws IOException {
    if (!arriving.tryAcquire(exchange.client())) {
      refuseForNow(exchange);
      return Optional.empty();
    }
    ReceivedBody body;
    boolean admitted;
    try {
      body = bodies.receive(exchange.request());
      admitted = body.refusal().isEmpty() && waitForPlace(exchange.client());
    } finally {
      arriving.release(exchange.client());
    }
    if (admitted) {
      return Optional.of(body);
    }
    if (body.refusal().isPresent()) {
      refuse(body.refusal().get(), exchange);
    } else {
      refuseForNow(exchange);
    }
    return Optional.empty();
  }

  private boolean waitForPlace(String client) {
    try {
      return atOnce.tryAcquire(client, PATIENCE);
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void refuseForNow(Exchange exchange) throws IOException {
    refuse(
        Outcome.of(
            Situation.OVERLOADED,
            "The server has as many requests as it can take; repeat the request in %d s."
                .formatted(SpineOutcomeFactory.SECONDS_TO_RETRY_OVERLOAD)),
        exchange);
  }

  private void refuse(Outcome refusal, Exchange exchange) throws IOException {
    HttpServletRequest request = exchange.request();
    HttpServletResponse response = exchange.response();
    response.setHeader("Connection", "close");
    responses.forOutcome(refusal, request.getHeader("Accept")).writeTo(response);
    if (RequestBodyReceiver.hasBody(request)) {
      lingering.close(exchange.client(), request, response);
    }
  }

  private static String client(HttpServletRequest request) {
    Optional<String> subject =
        request.getAttribute(CERTIFICATES) instanceof X509Certificate[] chain && chain.length > 0
            ? Optional.of(chain[0].getSubjectX500Principal().getName())
            : Optional.empty();
    return ClientIdentity.of(subject, request.getRemoteAddr());
  }

  private record Exchange(
      String client, HttpServletRequest request, HttpServletResponse response) {}
}
