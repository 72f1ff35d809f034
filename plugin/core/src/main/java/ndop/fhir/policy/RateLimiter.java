package ndop.fhir.policy;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.Objects;
import java.util.function.LongSupplier;

/**
 * How many requests a client may send in a minute. Each client has that many tokens; they come back
 * evenly, so that a burst is possible and a lasting excess is not.
 */
public final class RateLimiter {

  /** Who was silent for a minute has all tokens again and need not be remembered. */
  private static final Duration MEMORY = Duration.ofMinutes(2);

  /** So that a flood of addresses cannot fill the memory. */
  private static final int CLIENTS = 100_000;

  private static final double NANOS_A_MINUTE = Duration.ofMinutes(1).toNanos();

  private final int perMinute;
  private final LongSupplier clock;
  private final Cache<String, Bucket> clients =
      Caffeine.newBuilder().maximumSize(CLIENTS).expireAfterAccess(MEMORY).build();

  /** {@code clock} counts nanoseconds, as {@link System#nanoTime} does. */
  public RateLimiter(int perMinute, LongSupplier clock) {
    this.perMinute = perMinute;
    this.clock = clock;
  }

  /** Takes a token of {@code client}: 0, or the seconds until there is one again, at least 1. */
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
