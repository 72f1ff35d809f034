package ndop.fhir.config;

import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import ndop.fhir.edition.Edition;
import ndop.fhir.policy.CallerPolicy;
import ndop.fhir.policy.ClaimPolicy;
import ndop.fhir.policy.ReplayPolicy;
import ndop.fhir.policy.SignaturePolicy;
import ndop.fhir.token.JdbcUsedTokenRepository;
import ndop.fhir.token.JwsSignaturePolicy;
import ndop.fhir.token.TokenKeySource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

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
   * @param database gives the host's database, in which used tokens are remembered
   * @throws StartupFailureException tokens must be signed, but the keys cannot be read, requests
   *     without a token are answered, or used tokens cannot be remembered
   */
  static CallerPolicy create(
      Edition edition, NdopProperties properties, Supplier<DataSource> database) {
    TokenProperties token = properties.token();
    requireKnown(token.values().keySet(), edition);
    Clock clock = Clock.systemUTC();
    ClaimPolicy claims = new ClaimPolicy(edition, token.values(), token.clockTolerance(), clock);
    if (token.signatures() == TokenProperties.Signatures.OFF) {
      return new CallerPolicy(
          edition, properties.audit(), SignaturePolicy.NOT_VERIFIED, claims, Optional.empty());
    }
    HostRequirements.requireTokensAreRequired(properties);
    return new CallerPolicy(
        edition,
        properties.audit(),
        new JwsSignaturePolicy(keys(token)),
        claims.requireTimes(),
        Optional.of(replays(edition, token, database.get(), clock)));
  }

  private static void requireKnown(Set<String> names, Edition edition) {
    Set<String> known =
        edition.audit().claims().values().stream()
            .map(Edition.Claim::setting)
            .filter(Objects::nonNull)
            .collect(Collectors.toCollection(TreeSet::new));
    for (String name : names) {
      if (!known.contains(name)) {
        throw SettingRange.unexpected(
            "token.values." + name, "one of " + String.join(", ", known), name);
      }
    }
  }

  private static ReplayPolicy replays(
      Edition edition, TokenProperties token, DataSource database, Clock clock) {
    // A token may be used a tolerance before its issue and after its expiry, and the clocks of two
    // servers may differ by twice the tolerance.
    Duration remembered =
        Duration.ofSeconds(ClaimPolicy.lifetimeOf(edition))
            .plus(token.clockTolerance().multipliedBy(4));
    JdbcUsedTokenRepository used =
        new JdbcUsedTokenRepository(database, token.maxUsed(), remembered.dividedBy(10), clock);
    try {
      used.createTable();
    } catch (DataAccessException failure) {
      LOG.debug("The table of used tokens cannot be used", failure);
      throw new StartupFailureException(
          "Tokens must be signed and used once, but the table of used tokens cannot be used: "
              + failure.getMostSpecificCause().getMessage(),
          "Let the server create it, or create it yourself: "
              + JdbcUsedTokenRepository.TABLE
              + "; "
              + JdbcUsedTokenRepository.INDEX
              + "; the server needs to select, insert and delete.");
    }
    return new ReplayPolicy(edition.audit().headers().token().get(0), used, remembered, clock);
  }

  private static TokenKeySource keys(TokenProperties token) {
    try {
      TokenKeySource keys =
          TokenKeySource.of(
              token.keys(), token.issuer(), token.keysKept(), token.keysPause(), token.keysLimit());
      int number = keys.requireUsable();
      LOG.info("Tokens must be signed with one of {} keys of {}", number, token.keys());
      return keys;
    } catch (TokenKeySource.UnavailableException unavailable) {
      throw new StartupFailureException(
          "The keys of tokens cannot be read: " + unavailable.getMessage(),
          "Set ndop.token.keys to a JWK set of public keys, a file or an https URL, and "
              + "ndop.token.issuer to their issuer where they do not name it.");
    }
  }
}
