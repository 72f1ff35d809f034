package ndop.fhir.config;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import ndop.fhir.audit.AuditLogFile;
import ndop.fhir.audit.PseudonymKey;
import ndop.fhir.audit.Pseudonymizer;

/**
 * The audit trail as the settings have it, opened.
 *
 * @param file where it goes
 * @param pseudonyms how patients are named in it
 */
record AuditTrail(AuditLogFile file, Pseudonymizer pseudonyms) {

  /** Opens the trail, or refuses to start: without it no write would happen. */
  static AuditTrail open(TrailProperties settings) {
    try {
      boolean plain = settings.nhsNumbers() == TrailProperties.NhsNumbers.PLAIN;
      Path key = Path.of(settings.key().isBlank() ? settings.file() + ".key" : settings.key());
      return new AuditTrail(
          new AuditLogFile(Path.of(settings.file()), settings.maxSize().toBytes(), settings.keep()),
          new Pseudonymizer(plain ? null : PseudonymKey.readOrMake(key)));
    } catch (IOException | InvalidPathException unusable) {
      throw new StartupFailureException(
          "The audit trail cannot be written: " + unusable,
          "Set ndop.trail.file to a file in a folder that this server may write to.");
    }
  }
}
