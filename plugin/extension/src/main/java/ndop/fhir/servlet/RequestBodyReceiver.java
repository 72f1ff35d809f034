package ndop.fhir.servlet;

import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Optional;
import ndop.fhir.policy.BodySizePolicy;
import ndop.fhir.policy.MinimumRate;
import ndop.fhir.policy.Outcome;
import ndop.fhir.policy.Situation;

/**
 * Receives the body of a request into memory, within a limit of its size, a limit of time and a
 * least rate. The container limits only the time between two bytes, so a client could send one now
 * and then and hold a thread for days.
 */
public final class RequestBodyReceiver {

  private static final int BUFFER_SIZE = 8192;

  private final BodySizePolicy sizes;
  private final MinimumRate rate;
  private final Duration timeLimit;

  public RequestBodyReceiver(BodySizePolicy sizes, MinimumRate rate, Duration timeLimit) {
    this.sizes = sizes;
    this.rate = rate;
    this.timeLimit = timeLimit;
  }

  /** Whether there is a body, or may be one: in HTTP/2 no header need announce it. */
  static boolean hasBody(HttpServletRequest request) {
    long length = request.getContentLengthLong();
    return length > 0
        || request.getHeader("Transfer-Encoding") != null
        || length < 0 && request.getProtocol().startsWith("HTTP/2");
  }

  /** Receives the body; an empty one of a request that has none. */
  ReceivedBody receive(HttpServletRequest request) {
    if (!hasBody(request)) {
      return ReceivedBody.whole(new byte[0]);
    }
    try {
      return receive(request.getInputStream());
    } catch (InterruptedIOException timeout) {
      return ReceivedBody.refused(tooSlow());
    } catch (IOException unreadable) {
      return ReceivedBody.refused(
          unreadable.getCause() instanceof InterruptedIOException
              ? tooSlow()
              : Outcome.of(
                  Situation.UNREADABLE_BODY,
                  "The body ended early, or its chunks are not well formed."));
    }
  }

  private ReceivedBody receive(InputStream sent) throws IOException {
    long start = System.nanoTime();
    // It grows with what arrives: a length that is only announced costs nothing.
    ByteArrayOutputStream received = new ByteArrayOutputStream();
    byte[] buffer = new byte[BUFFER_SIZE];
    int count;
    while ((count = sent.read(buffer, 0, buffer.length)) >= 0) {
      received.write(buffer, 0, count);
      Optional<Outcome> tooLarge = sizes.refusal(received.size());
      if (tooLarge.isPresent()) {
        return ReceivedBody.refused(tooLarge.get());
      }
      Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
      if (elapsed.compareTo(timeLimit) > 0 || !rate.isMet(received.size(), elapsed)) {
        return ReceivedBody.refused(tooSlow());
      }
    }
    return ReceivedBody.whole(received.toByteArray());
  }

  private static Outcome tooSlow() {
    return Outcome.of(
        Situation.REQUEST_TOO_SLOW, "The body did not arrive in the time that a request may take.");
  }
}
