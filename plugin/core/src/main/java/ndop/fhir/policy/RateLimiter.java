package ndop.fhir.policy;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.Objects;
import java.util.function.LongSupplier;

/**
 * Limits how many requests a client may send in a minute: a token bucket for each client. It allows
 * a burst but no lasting excess.
 */
public final class RateLimiter {

  /** A client that was silent for a minute has a full bucket again and need not be remembered. */
  private static final Duration MEMORY = Duration.ofMinutes(2);

  /** So that a flood of clients cannot fill the memory. */
  private static final int MAX_CLIENTS = 100_000;

  private static final double NANOS_A_MINUTE = Duration.ofMinutes(1).toNanos();

  private final int perMinute;
  private final LongSupplier clock;
  private final Cache<String, Bucket> clients =
      Caffeine.newBuilder().maximumSize(MAX_CLIENTS).expireAfterAccess(MEMORY).build();

  /** {@code clock} counts nanoseconds, as {@link System#nanoTime} does. */
  public RateLimiter(int perMinute, LongSupplier clock) {
    this.perMinute = perMinute;
    this.clock = clock;
  }

  /**
   * Takes a token from the client's bucket; returns 0, or the number of seconds after which to try
   * again.
   */
  public long secondsToWait(String client) {
    long now = clock.getAsLong();
    return Objects.requireNonNull(clients.get(client, unseen -> new Bucket(now))).take(now);
  }

  private final class Bucket {

    private double left = perMinute;
    private long asOf;

    private Bucket(long now) {
      asOf = now;
    }

    private synchronized long take(long now) {
      left = Math.min(perMinute, left + (now - asOf) * perMinute / NANOS_A_MINUTE);
      asOf = now;
      if (left >= 1) {
        left--;
        return 0;
      }
      return (long) Math.ceil((1 - left) * 60 / perMinute);
    }
  }
}
