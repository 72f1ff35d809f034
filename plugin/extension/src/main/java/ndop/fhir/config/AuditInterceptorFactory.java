package ndop.fhir.config;

import ca.uhn.fhir.jpa.api.dao.DaoRegistry;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import ndop.fhir.audit.AuditLogFile;
import ndop.fhir.audit.PseudonymKey;
import ndop.fhir.audit.Pseudonymizer;
import ndop.fhir.edition.Edition;
import ndop.fhir.interceptor.AuditEventInterceptor;
import ndop.fhir.interceptor.AuditLogInterceptor;
import ndop.fhir.outcome.SpineOutcomeFactory;
import ndop.fhir.policy.InteractionPolicy;
import ndop.fhir.policy.PatientReferenceParser;
import ndop.fhir.store.Readiness;

/** Opens the audit log and creates its interceptors, if {@code ndop.trail.file} is set. */
final class AuditInterceptorFactory {

  private final TrailProperties properties;
  private final Edition edition;
  private final InteractionPolicy interactions;
  private final PatientReferenceParser patients;
  private final SpineOutcomeFactory outcomes;
  private final DaoRegistry daos;
  private final Readiness readiness;

  AuditInterceptorFactory(
      NdopProperties properties,
      Edition edition,
      InteractionPolicy interactions,
      PatientReferenceParser patients,
      SpineOutcomeFactory outcomes,
      DaoRegistry daos,
      Readiness readiness) {
    this.properties = properties.trail();
    this.edition = edition;
    this.interactions = interactions;
    this.patients = patients;
    this.outcomes = outcomes;
    this.daos = daos;
    this.readiness = readiness;
  }

  /**
   * The interceptors that the settings ask for; empty if no file is set.
   *
   * @throws StartupFailureException the file or its key cannot be written: no write would succeed
   */
  List<Object> create() {
    if (properties.file().isBlank()) {
      return List.of();
    }
    try {
      AuditLogFile file =
          new AuditLogFile(
              Path.of(properties.file()), properties.maxSize().toBytes(), properties.keep());
      readiness.require(file::isWritable);
      Pseudonymizer pseudonyms = pseudonymizer();
      Clock clock = Clock.systemUTC();
      AuditLogInterceptor log =
          new AuditLogInterceptor(
              edition, interactions, patients, outcomes, file, pseudonyms, clock);
      return properties.events()
          ? List.of(new AuditEventInterceptor(patients, daos, pseudonyms, clock), log)
          : List.of(log);
    } catch (IOException | InvalidPathException unusable) {
      throw new StartupFailureException(
          "The audit trail cannot be written: " + unusable,
          "Set ndop.trail.file to a file in a folder that this server may write to.");
    }
  }

  private Pseudonymizer pseudonymizer() throws IOException {
    if (properties.nhsNumbers() == TrailProperties.NhsNumbers.PLAIN) {
      return new Pseudonymizer(null);
    }
    String key = properties.key().isBlank() ? properties.file() + ".key" : properties.key();
    return new Pseudonymizer(PseudonymKey.readOrCreate(Path.of(key)));
  }
}
