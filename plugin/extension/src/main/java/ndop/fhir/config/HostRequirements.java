package ndop.fhir.config;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.FhirVersionEnum;
import ca.uhn.fhir.util.VersionUtil;
import jakarta.servlet.ServletContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.stream.Collectors;
import ndop.fhir.edition.Edition;
import ndop.fhir.policy.AuditMode;
import ndop.fhir.policy.Situation;
import ndop.fhir.servlet.FhirServlet;
import ndop.fhir.store.Database;

/**
 * Checks that the host is one that the extension can work in. Each check throws {@link
 * StartupFailureException}, so that a server which cannot serve the edition does not start.
 */
final class HostRequirements {

  private HostRequirements() {}

  /** The HAPI version that this jar was built for. */
  static String builtForHapi() {
    Properties built = new Properties();
    try (InputStream stream =
        HostRequirements.class.getResourceAsStream("/META-INF/ndop-fhir.properties")) {
      built.load(stream);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
    return built.getProperty("hapi.version");
  }

  static void requireHapi() {
    requireHapi(VersionUtil.getVersion());
  }

  static void requireHapi(String found) {
    String expected = builtForHapi();
    if (!expected.equals(found)) {
      throw new StartupFailureException(
          "This ndop-fhir extension was built for HAPI FHIR %s; the server is HAPI FHIR %s."
              .formatted(expected, found),
          "Use the extension built for that version, or a server of HAPI FHIR " + expected + ".");
    }
  }

  static void requireStu3(FhirContext fhir) {
    FhirVersionEnum found = fhir.getVersion().getVersion();
    if (found != FhirVersionEnum.DSTU3) {
      throw new StartupFailureException(
          "The National Data Opt-out API is FHIR STU3; this server is configured for %s."
              .formatted(found),
          "Remove the setting hapi.fhir.fhir_version (the extension sets it to DSTU3).");
    }
  }

  /**
   * One FHIR servlet below a path: the extension's rules are those of one, and any other servlet is
   * closed (NDOP-211).
   */
  static void requireOneFhirServlet(ServletContext context) {
    List<FhirServlet> found = FhirServlet.allIn(context);
    if (found.size() != 1 || !found.get(0).isMappedToPaths()) {
      throw new StartupFailureException(
          "The extension needs a host with one FHIR servlet, mapped to a path such as /fhir/*; found: "
              + (found.isEmpty()
                  ? "none."
                  : found.stream()
                      .map(one -> one.name() + " " + one.mappings())
                      .collect(Collectors.joining(", ", "", "."))),
          "Register one RestfulServer, with mappings that end with /*.");
    }
  }

  /** With fewer, requests would wait for a thread where no limit counts them. */
  static void requireThreads(int threads, NdopProperties properties) {
    int needed = properties.maxArriving() + properties.maxAtOnce();
    if (threads <= needed) {
      throw new StartupFailureException(
          "server.tomcat.threads.max: expected more than %d, which ndop.max-arriving and "
                  .formatted(needed)
              + "ndop.max-at-once are together; found %d.".formatted(threads),
          "Set more threads, or lower limits.");
    }
  }

  static void requireTokensAreRequired(NdopProperties properties) {
    if (properties.audit() != AuditMode.REQUIRED) {
      throw new StartupFailureException(
          "ndop.token.signatures is required, but ndop.audit is %s, so callers without a token "
                  .formatted(properties.audit().name().toLowerCase(Locale.ROOT))
              + "would be answered.",
          "Set ndop.audit to required, or ndop.token.signatures to off.");
    }
  }

  /**
   * No access log but those that are masked: URLs and headers have NHS numbers and tokens in them.
   *
   * @param unmasked the classes of the others
   */
  static void requireMaskedAccessLogs(List<String> unmasked) {
    if (!unmasked.isEmpty()) {
      throw new StartupFailureException(
          "The host writes an access log that cannot be masked: "
              + String.join(", ", unmasked)
              + ".",
          "Use Tomcat's plain AccessLogValve, as server.tomcat.accesslog.enabled=true does.");
    }
  }

  /** Otherwise every write would be stored, and answered as if nobody knew (NDOP-210). */
  static void requireForce(Database database) {
    try {
      database.force();
    } catch (SQLException | LinkageError failure) {
      throw new StartupFailureException(
          "H2 cannot force its file to the disk, so no write could be acknowledged: "
              + failure.getMessage(),
          "Give spring.datasource.url a file that can be written and the H2 that comes with HAPI, "
              + "or set ndop.force-writes to false: a loss of power may then lose writes.");
    }
  }

  static void requireAnswers(Edition edition) {
    List<String> unanswered = Situation.unanswered(edition);
    if (!unanswered.isEmpty()) {
      throw new StartupFailureException(
          "The edition '%s' does not say how to answer: %s."
              .formatted(edition.id(), String.join(", ", unanswered)),
          "Add them to the errors of the edition's YAML and run 'ndop build'.");
    }
  }
}
