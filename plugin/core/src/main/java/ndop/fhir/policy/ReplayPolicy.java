package ndop.fhir.policy;

import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Refuses a token that has been used before, identified by its issuer and {@code jti}. Tokens are
 * remembered for as long as they can be valid, in the memory of this server only: other nodes do
 * not know them.
 *
 * <p>It is consulted last, for tokens that are otherwise valid, so that no one without a key can
 * use up the id of another caller's token, or fill the memory.
 */
public final class ReplayPolicy {

  static final String ID = "jti";

  private static final int MAX_ID_LENGTH = 200;

  /** Above this number, expired tokens are removed at every check and not only periodically. */
  private static final int MANY_TOKENS = 10_000;

  private final Map<String, Long> seen = new ConcurrentHashMap<>();
  private final long remembered;
  private final Clock clock;
  private volatile long nextSweep;

  /** Remembers each token for {@code lifetime}, which no valid token may outlive. */
  public ReplayPolicy(Duration lifetime, Clock clock) {
    this.remembered = lifetime.toSeconds();
    this.clock = clock;
  }

  /** The reason for refusing the token; empty the first time that it is used. */
  Optional<String> problem(Token token) {
    Optional<String> id = token.text(ID).filter(text -> !text.isBlank());
    if (id.isEmpty() || id.get().length() > MAX_ID_LENGTH) {
      return Optional.of(
          "expected an id of at most %d characters in the claim jti; found %s."
              .formatted(MAX_ID_LENGTH, id.isEmpty() ? "none" : "a longer one"));
    }
    long now = clock.instant().getEpochSecond();
    sweep(now);
    String key = token.text("iss").orElse("") + "\n" + id.get();
    Long before = seen.putIfAbsent(key, now + remembered);
    return before == null
        ? Optional.empty()
        : Optional.of("expected a token that was not used before; found its jti again.");
  }

  /** The number of tokens that are remembered. */
  int size() {
    return seen.size();
  }

  private void sweep(long now) {
    if (now >= nextSweep || seen.size() > MANY_TOKENS) {
      nextSweep = now + Math.max(1, remembered / 10);
      seen.values().removeIf(until -> until < now);
    }
  }
}
