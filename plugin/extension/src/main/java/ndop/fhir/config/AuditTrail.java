package ndop.fhir.config;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import ndop.fhir.audit.Pseudonyms;
import ndop.fhir.audit.TrailFile;
import ndop.fhir.audit.TrailKey;

/**
 * The audit trail as the settings have it, opened.
 *
 * @param file where it goes
 * @param pseudonyms how patients are named in it
 */
record AuditTrail(TrailFile file, Pseudonyms pseudonyms) {

  /** Opens the trail, or refuses to start: without it no write would happen. */
  static AuditTrail open(TrailSettings settings) {
    try {
      boolean plain = settings.nhsNumbers() == TrailSettings.NhsNumbers.PLAIN;
      Path key = Path.of(settings.key().isBlank() ? settings.file() + ".key" : settings.key());
      return new AuditTrail(
          new TrailFile(Path.of(settings.file()), settings.maxSize().toBytes(), settings.keep()),
          new Pseudonyms(plain ? null : TrailKey.readOrMake(key)));
    } catch (IOException | InvalidPathException unusable) {
      throw new StartRefusedException(
          "The audit trail cannot be written: " + unusable,
          "Set ndop.trail.file to a file in a folder that this server may write to.");
    }
  }
}
