package ndop.fhir.config;

import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import ndop.fhir.edition.Edition;
import ndop.fhir.policy.CallerPolicy;
import ndop.fhir.policy.ClaimPolicy;
import ndop.fhir.policy.ReplayPolicy;
import ndop.fhir.policy.SignaturePolicy;
import ndop.fhir.token.JwsSignaturePolicy;
import ndop.fhir.token.TokenKeySource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates the caller policy that the settings ask for. If tokens must be signed, they must also
 * have times and an id of their own, and the keys are read once now, so that a wrong setting is
 * found at startup and not at the first request.
 */
final class CallerPolicyFactory {

  private static final Logger LOG = LoggerFactory.getLogger("ndop.fhir");

  private CallerPolicyFactory() {}

  /**
   * Creates the policy.
   *
   * @throws StartupFailureException tokens must be signed, but the keys cannot be read or tokens
   *     are ignored
   */
  static CallerPolicy create(Edition edition, NdopProperties properties) {
    TokenProperties token = properties.token();
    Clock clock = Clock.systemUTC();
    ClaimPolicy claims = new ClaimPolicy(edition, token.values(), token.clockTolerance(), clock);
    if (token.signatures() == TokenProperties.Signatures.OFF) {
      return new CallerPolicy(
          edition, properties.audit(), SignaturePolicy.NOT_VERIFIED, claims, Optional.empty());
    }
    HostRequirements.requireTokensAreRead(properties);
    Duration validity =
        Duration.ofSeconds(ClaimPolicy.lifetimeOf(edition)).plus(token.clockTolerance());
    return new CallerPolicy(
        edition,
        properties.audit(),
        new JwsSignaturePolicy(keys(token)),
        claims.requireTimes(),
        Optional.of(new ReplayPolicy(validity.plus(token.clockTolerance()), clock)));
  }

  private static TokenKeySource keys(TokenProperties token) {
    try {
      TokenKeySource keys =
          TokenKeySource.of(token.keys(), token.keysKept(), token.keysPause(), token.keysLimit());
      int number = keys.requireUsable();
      LOG.info("Tokens must be signed with one of {} keys of {}", number, token.keys());
      return keys;
    } catch (TokenKeySource.UnavailableException unavailable) {
      throw new StartupFailureException(
          "The keys of tokens cannot be read: " + unavailable.getMessage(),
          "Set ndop.token.keys to a JWK set of public keys, a file or an https URL.");
    }
  }
}
