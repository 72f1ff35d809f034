package ndop.fhir.config;

import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The settings under {@code ndop.trail.}
 *
 * @param file the file of the audit trail; empty: no trail
 * @param maxSize the size at which a file is rotated
 * @param keep how many rotated files are kept
 * @param key the file with the key of the pseudonyms; empty: {@code file} with {@code .key} added
 * @param nhsNumbers how patients are named
 * @param events whether an AuditEvent is stored with every change to a Consent as well
 */
public record TrailProperties(
    @DefaultValue("") String file,
    @DefaultValue("50MB") DataSize maxSize,
    @DefaultValue("20") int keep,
    @DefaultValue("") String key,
    @DefaultValue("hashed") NhsNumbers nhsNumbers,
    @DefaultValue("false") boolean events) {

  /** How patients are named in the audit trail. */
  public enum NhsNumbers {
    /** By a keyed hash. */
    HASHED,
    /** By their NHS number. */
    PLAIN
  }

  public TrailProperties {
    SettingRange.require("trail.keep", keep, 1, 10_000);
    SettingRange.require("trail.max-size", maxSize, "4KB", "1TB");
    if (events && file.isBlank()) {
      throw new StartupFailureException(
          "ndop.trail.events: expected a trail as well; found no ndop.trail.file.",
          "Set ndop.trail.file: reads and refusals are recorded there only.");
    }
  }
}
