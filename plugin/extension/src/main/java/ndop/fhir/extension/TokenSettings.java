package ndop.fhir.extension;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings under {@code ndop.token.}
 *
 * @param values values that a claim may have in place of the edition's: audience, reasons
 * @param clockTolerance how far the clocks of caller and server may be apart
 */
public record TokenSettings(
    @DefaultValue Map<String, List<String>> values, @DefaultValue("30s") Duration clockTolerance) {

  private static final Duration MOST_TOLERANCE = Duration.ofMinutes(5);

  public TokenSettings {
    if (clockTolerance.isNegative() || clockTolerance.compareTo(MOST_TOLERANCE) > 0) {
      throw new StartRefusedException(
          "ndop.token.clock-tolerance: expected 0s to 5m; found %s.".formatted(clockTolerance),
          "Set it to as little as the callers' clocks allow; 30s is the default.");
    }
  }
}
