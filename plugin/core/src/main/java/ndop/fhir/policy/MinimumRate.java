package ndop.fhir.policy;

import java.time.Duration;

/**
 * The least rate at which a client must send or take the bytes of a message, on average since the
 * end of a grace period.
 *
 * @param bytesPerSecond the least rate; 0: none
 * @param grace the time in which nothing has to arrive
 */
public record MinimumRate(long bytesPerSecond, Duration grace) {

  /** Whether a client that has moved {@code bytes} in {@code elapsed} is fast enough. */
  public boolean isMet(long bytes, Duration elapsed) {
    Duration counted = elapsed.minus(grace);
    return counted.isNegative() || bytes >= (double) bytesPerSecond * counted.toNanos() / 1e9;
  }
}
