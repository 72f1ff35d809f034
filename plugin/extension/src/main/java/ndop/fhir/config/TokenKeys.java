package ndop.fhir.config;

import ndop.fhir.token.TokenKeySource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the keys of tokens for the first time, so that a wrong setting is told at the start. */
final class TokenKeys {

  private static final Logger LOG = LoggerFactory.getLogger("ndop.fhir");

  private TokenKeys() {}

  /** The keys; refuses to start where the place cannot have any. */
  static TokenKeySource read(TokenProperties settings) {
    try {
      TokenKeySource keys =
          TokenKeySource.of(
              settings.keys(), settings.keysKept(), settings.keysPause(), settings.keysLimit());
      int number = keys.requireUsable();
      LOG.info("TokenFixtures must be signed with one of {} keys of {}", number, settings.keys());
      return keys;
    } catch (TokenKeySource.UnavailableException unavailable) {
      throw new StartupFailureException(
          "The keys of tokens cannot be read: " + unavailable.getMessage(),
          "Set ndop.token.keys to a JWK set of public keys, a file or an https URL.");
    }
  }
}
