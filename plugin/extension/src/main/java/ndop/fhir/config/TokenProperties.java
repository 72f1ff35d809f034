package ndop.fhir.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings under {@code ndop.token.}
 *
 * @param values values that a claim may have instead of the edition's, by the claim's setting
 *     (audience, reasons)
 * @param clockTolerance how far the clocks of caller and server may differ
 * @param signatures whether tokens must be signed
 * @param keys where to find the public keys that verify them: a JWK set in a file or at a URL
 * @param issuer the issuer of the keys that do not name one in their member {@code iss}; empty:
 *     each must name its own
 * @param maxUsed how many used tokens are remembered at most
 * @param keysKept how long a set of keys is cached
 * @param keysPause the minimum time between two reads of the set because of an unknown key
 * @param keysLimit the timeout for connecting to a URL, and for its answer
 */
public record TokenProperties(
    @DefaultValue Map<String, List<String>> values,
    @DefaultValue("30s") Duration clockTolerance,
    @DefaultValue("off") Signatures signatures,
    @DefaultValue("") String keys,
    @DefaultValue("") String issuer,
    @DefaultValue("1000000") long maxUsed,
    @DefaultValue("5m") Duration keysKept,
    @DefaultValue("10s") Duration keysPause,
    @DefaultValue("5s") Duration keysLimit) {

  /** Whether tokens must be signed. */
  public enum Signatures {
    OFF,
    REQUIRED
  }

  public TokenProperties {
    values.forEach(TokenProperties::requireValues);
    SettingRange.require(
        "token.clock-tolerance", clockTolerance, Duration.ZERO, Duration.ofMinutes(5));
    SettingRange.require("token.max-used", maxUsed, 1, Long.MAX_VALUE);
    SettingRange.require("token.keys-kept", keysKept, Duration.ofSeconds(1), Duration.ofDays(1));
    SettingRange.require("token.keys-pause", keysPause, Duration.ofMillis(1), keysKept);
    SettingRange.require(
        "token.keys-limit", keysLimit, Duration.ofMillis(100), Duration.ofMinutes(1));
    if (signatures == Signatures.REQUIRED && keys.isBlank()) {
      throw new StartupFailureException(
          "ndop.token.signatures is required, and ndop.token.keys names no keys to verify them with.",
          "Set ndop.token.keys to a JWK set, a file or an https URL; 'ndop keys' makes one.");
    }
  }

  /** An empty list would accept any value. */
  private static void requireValues(String name, List<String> values) {
    if (values.stream().allMatch(String::isBlank)) {
      throw new StartupFailureException(
          "ndop.token.values.%s: expected at least one value; found none.".formatted(name),
          "List the values, or leave the setting out for those of the edition.");
    }
  }
}
