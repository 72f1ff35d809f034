package ndop.fhir.policy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Refuses a token that has been used before, identified by its issuer and {@code jti}, and every
 * token while used ones cannot be remembered.
 *
 * <p>It is consulted last, for tokens that are otherwise valid, so that no one without a key can
 * use up the id of another caller's token, or fill the repository. A token counts as used even if
 * the request is refused or fails afterwards.
 */
public final class ReplayPolicy {

  static final String ID = "jti";

  private static final int MAX_ID_LENGTH = 200;

  private final String header;
  private final UsedTokenRepository used;
  private final long remembered;
  private final Clock clock;

  /**
   * @param header the header that the diagnostics name
   * @param lifetime how long a token is remembered; no valid token may outlive it
   */
  public ReplayPolicy(String header, UsedTokenRepository used, Duration lifetime, Clock clock) {
    this.header = header;
    this.used = used;
    this.remembered = lifetime.toSeconds();
    this.clock = clock;
  }

  /** The reason for refusing the token; empty the first time that it is used. */
  Optional<Outcome> refusal(Token token) {
    Optional<String> id = token.text(ID).filter(text -> !text.isBlank());
    if (id.isEmpty() || id.get().length() > MAX_ID_LENGTH) {
      return invalid(
          "expected an id of at most %d characters in the claim jti; found %s."
              .formatted(MAX_ID_LENGTH, id.isEmpty() ? "none" : "a longer one"));
    }
    String issuer = token.text("iss").orElse("");
    try {
      return used.add(digest(issuer, id.get()), clock.instant().getEpochSecond() + remembered)
          ? Optional.empty()
          : invalid("expected a token that was not used before; found its jti again.");
    } catch (UsedTokenRepository.FullException full) {
      return Optional.of(
          Outcome.of(
              Situation.OVERLOADED,
              "The server has as many used tokens as it can remember; repeat the request later, "
                  + "with a new token."));
    }
  }

  private Optional<Outcome> invalid(String problem) {
    return Optional.of(new Outcome(Situation.INVALID_TOKEN, List.of(header + ": " + problem)));
  }

  /** With the length of the issuer, so that no two pairs have the same text. */
  private static String digest(String issuer, String id) {
    String text = "%d:%s%s".formatted(issuer.length(), issuer, id);
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException everyJavaHasIt) {
      throw new IllegalStateException(everyJavaHasIt);
    }
  }
}
