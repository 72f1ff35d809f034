package ndop.fhir.policy;

import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Refuses a token that came before, by its issuer and its {@code jti}. It remembers as long as a
 * token can live, in the memory of this server.
 *
 * <p>It is asked last, of tokens that are valid otherwise: nobody can use up the id of another
 * caller's token, or its memory, without a key.
 */
public final class ReplayPolicy {

  static final String ID = "jti";

  private static final int LONGEST_ID = 200;

  /** Above this many, what has expired is dropped at each token rather than now and then. */
  private static final int MANY = 10_000;

  private final Map<String, Long> seen = new ConcurrentHashMap<>();
  private final long remembered;
  private final Clock clock;
  private volatile long nextSweep;

  /** Remembers a token for {@code lifetime}, which must not be shorter than any token lives. */
  public ReplayPolicy(Duration lifetime, Clock clock) {
    this.remembered = lifetime.toSeconds();
    this.clock = clock;
  }

  /** Why the token may not be used again; empty the first time. */
  Optional<String> problem(Token token) {
    Optional<String> id = token.text(ID).filter(text -> !text.isBlank());
    if (id.isEmpty() || id.get().length() > LONGEST_ID) {
      return Optional.of(
          "expected an id of at most %d characters in the claim jti; found %s."
              .formatted(LONGEST_ID, id.isEmpty() ? "none" : "a longer one"));
    }
    long now = clock.instant().getEpochSecond();
    sweep(now);
    String key = token.text("iss").orElse("") + "\n" + id.get();
    Long before = seen.putIfAbsent(key, now + remembered);
    return before == null
        ? Optional.empty()
        : Optional.of("expected a token that was not used before; found its jti again.");
  }

  /** How many tokens are remembered. */
  int size() {
    return seen.size();
  }

  private void sweep(long now) {
    if (now >= nextSweep || seen.size() > MANY) {
      nextSweep = now + Math.max(1, remembered / 10);
      seen.values().removeIf(until -> until < now);
    }
  }
}
