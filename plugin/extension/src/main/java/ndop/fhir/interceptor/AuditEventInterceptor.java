package ndop.fhir.interceptor;

import ca.uhn.fhir.interceptor.api.Hook;
import ca.uhn.fhir.interceptor.api.Interceptor;
import ca.uhn.fhir.interceptor.api.Pointcut;
import ca.uhn.fhir.jpa.api.dao.DaoRegistry;
import ca.uhn.fhir.rest.api.server.RequestDetails;
import ca.uhn.fhir.rest.api.server.SystemRequestDetails;
import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;
import java.time.Clock;
import java.util.Date;
import ndop.fhir.audit.ConsentAuditEvent;
import ndop.fhir.audit.Pseudonymizer;
import ndop.fhir.policy.Interaction;
import ndop.fhir.policy.PatientReferenceParser;
import ndop.fhir.request.RequestCaller;
import org.hl7.fhir.dstu3.model.AuditEvent;
import org.hl7.fhir.dstu3.model.Consent;
import org.hl7.fhir.instance.model.api.IBaseResource;

/**
 * Stores a FHIR AuditEvent with every change to a Consent, in the same transaction: both are stored
 * or neither is (NDOP-171).
 *
 * <p>Hooks: {@code STORAGE_PRECOMMIT_RESOURCE_CREATED} and {@code _UPDATED}, before {@link
 * AuditLogInterceptor}, so that the event is rolled back if the log cannot be written.
 *
 * <p>The API does not expose AuditEvents; they are for people with access to the database. Reads
 * and refusals produce none; the audit log records every request.
 */
@Interceptor
public final class AuditEventInterceptor {

  private final PatientReferenceParser patients;
  private final DaoRegistry daos;
  private final Pseudonymizer pseudonyms;
  private final Clock clock;

  public AuditEventInterceptor(
      PatientReferenceParser patients, DaoRegistry daos, Pseudonymizer pseudonyms, Clock clock) {
    this.patients = patients;
    this.daos = daos;
    this.pseudonyms = pseudonyms;
    this.clock = clock;
  }

  /** Stores the event for a create. */
  @Hook(value = Pointcut.STORAGE_PRECOMMIT_RESOURCE_CREATED, order = InterceptorOrder.AUDIT_EVENT)
  public void storeForCreate(IBaseResource created, RequestDetails request) {
    store(Interaction.CREATE, created, request);
  }

  /** Stores the event for an update. */
  @Hook(value = Pointcut.STORAGE_PRECOMMIT_RESOURCE_UPDATED, order = InterceptorOrder.AUDIT_EVENT)
  public void storeForUpdate(IBaseResource before, IBaseResource after, RequestDetails request) {
    store(Interaction.UPDATE, after, request);
  }

  private void store(Interaction interaction, IBaseResource resource, RequestDetails details) {
    if (!(details instanceof ServletRequestDetails request)
        || !(resource instanceof Consent consent)) {
      return;
    }
    ConsentAuditEvent event =
        new ConsentAuditEvent(
            interaction,
            "Consent/" + AuditLogInterceptor.versioned(consent),
            patients.nhsNumber(consent),
            request.getFhirServerBase(),
            Date.from(clock.instant()));
    daos.getResourceDao(AuditEvent.class)
        .create(event.resource(RequestCaller.get(request), pseudonyms), new SystemRequestDetails());
  }
}
