package ndop.fhir.interceptor;

import ca.uhn.fhir.interceptor.api.Hook;
import ca.uhn.fhir.interceptor.api.Interceptor;
import ca.uhn.fhir.interceptor.api.Pointcut;
import ca.uhn.fhir.rest.api.Constants;
import ca.uhn.fhir.rest.api.RestOperationTypeEnum;
import ca.uhn.fhir.rest.api.server.RequestDetails;
import ca.uhn.fhir.rest.api.server.ResponseDetails;
import ca.uhn.fhir.rest.server.exceptions.BaseServerResponseException;
import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import ndop.fhir.audit.AuditLogEntry;
import ndop.fhir.audit.AuditLogFile;
import ndop.fhir.audit.Pseudonymizer;
import ndop.fhir.edition.Edition;
import ndop.fhir.outcome.OutcomeException;
import ndop.fhir.outcome.SpineOutcomeFactory;
import ndop.fhir.policy.Interaction;
import ndop.fhir.policy.InteractionPolicy;
import ndop.fhir.policy.PatientReferenceParser;
import ndop.fhir.policy.RequestHead;
import ndop.fhir.policy.Situation;
import ndop.fhir.request.RequestCaller;
import org.hl7.fhir.dstu3.model.Bundle;
import org.hl7.fhir.dstu3.model.Consent;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records every request, answered or refused, in the audit log (NDOP-171). A write is recorded
 * before it is committed, and is rolled back if it cannot be recorded. Any other response that
 * cannot be recorded, except to {@code metadata}, is replaced by an error.
 *
 * <p>Hooks: {@code STORAGE_PRECOMMIT_RESOURCE_CREATED} and {@code _UPDATED}, {@code
 * SERVER_OUTGOING_RESPONSE} and {@code SERVER_PROCESSING_COMPLETED}, after any other; {@code
 * SERVER_HANDLE_EXCEPTION}, before any other.
 *
 * <p>Requests that a filter or the container refuses never reach HAPI and are not recorded here.
 *
 * @see AuditEventInterceptor the same as FHIR resources, for writes
 * @see ndop.fhir.audit.AuditLogEntry what an entry contains
 */
@Interceptor
public final class AuditLogInterceptor {

  private static final Logger LOG = LoggerFactory.getLogger(AuditLogInterceptor.class);

  /** Key in a request's user data: the request has been recorded. */
  private static final Object RECORDED = new Object();

  private final Edition edition;
  private final InteractionPolicy interactions;
  private final PatientReferenceParser patients;
  private final SpineOutcomeFactory outcomes;
  private final AuditLogFile file;
  private final Pseudonymizer pseudonyms;
  private final Clock clock;

  public AuditLogInterceptor(
      Edition edition,
      InteractionPolicy interactions,
      PatientReferenceParser patients,
      SpineOutcomeFactory outcomes,
      AuditLogFile file,
      Pseudonymizer pseudonyms,
      Clock clock) {
    this.edition = edition;
    this.interactions = interactions;
    this.patients = patients;
    this.outcomes = outcomes;
    this.file = file;
    this.pseudonyms = pseudonyms;
    this.clock = clock;
  }

  /** Records what a create is about to store. */
  @Hook(value = Pointcut.STORAGE_PRECOMMIT_RESOURCE_CREATED, order = InterceptorOrder.AUDIT_LOG)
  public void recordCreate(IBaseResource created, RequestDetails request) {
    recordWrite(created, request);
  }

  /** Records what an update is about to store. */
  @Hook(value = Pointcut.STORAGE_PRECOMMIT_RESOURCE_UPDATED, order = InterceptorOrder.AUDIT_LOG)
  public void recordUpdate(IBaseResource before, IBaseResource after, RequestDetails request) {
    recordWrite(after, request);
  }

  /** Records a response before it is sent. */
  @Hook(value = Pointcut.SERVER_OUTGOING_RESPONSE, order = InterceptorOrder.AUDIT_LOG)
  public void recordResponse(ServletRequestDetails request, ResponseDetails response) {
    AuditLogEntry entry =
        entry("answered", request)
            .trusted("status", response.getResponseCode())
            .patients(
                Stream.concat(
                        requestedPatient(request).stream(),
                        patientsOf(response.getResponseResource()))
                    .toList())
            .trusted(
                "consents",
                consents(response.getResponseResource())
                    .map(AuditLogInterceptor::versioned)
                    .toList());
    // A write was recorded before it was committed.
    if (!write(request, entry)
        && !isWrite(request)
        && request.getRestOperationType() != RestOperationTypeEnum.METADATA) {
      throw outcomes.exception(
          Situation.STORE_UNAVAILABLE,
          "The audit record could not be written, so there is no answer. Repeat the request.");
    }
  }

  /** Records a refusal or a failure; returns true, so that HAPI goes on to send the response. */
  @Hook(value = Pointcut.SERVER_HANDLE_EXCEPTION, order = InterceptorOrder.AUDIT_LOG_EXCEPTION)
  public boolean recordRefusal(
      ServletRequestDetails request, BaseServerResponseException exception) {
    boolean unchanged = exception.getStatusCode() == Constants.STATUS_HTTP_304_NOT_MODIFIED;
    AuditLogEntry entry =
        entry(unchanged ? "answered" : "refused", request)
            .trusted("status", exception.getStatusCode())
            .patients(requestedPatient(request).stream().toList());
    if (exception instanceof OutcomeException refused) {
      entry.trusted("code", refused.situation().answer(edition).code());
    }
    write(request, entry);
    return true;
  }

  /** Records a request that no other hook has recorded. */
  @Hook(value = Pointcut.SERVER_PROCESSING_COMPLETED, order = InterceptorOrder.AUDIT_LOG)
  public void recordUnrecorded(ServletRequestDetails request) {
    if (!request.getUserData().containsKey(RECORDED)) {
      write(
          request,
          entry("answered", request).trusted("status", request.getServletResponse().getStatus()));
    }
  }

  private void recordWrite(IBaseResource resource, RequestDetails details) {
    if (!(details instanceof ServletRequestDetails request)
        || !(resource instanceof Consent consent)) {
      return;
    }
    AuditLogEntry entry =
        entry("storing", request)
            .patients(patientsOf(consent).toList())
            .trusted("consents", List.of(versioned(consent)));
    try {
      file.append(entry.toString(), true);
    } catch (IOException failure) {
      logFailure(failure);
      throw outcomes.exception(
          Situation.STORE_UNAVAILABLE,
          "The audit record could not be written, so nothing was stored. Repeat the request.");
    }
  }

  /** Writes an entry; returns false if that fails. */
  private boolean write(ServletRequestDetails request, AuditLogEntry entry) {
    try {
      file.append(entry.toString(), false);
      request.getUserData().put(RECORDED, true);
      return true;
    } catch (IOException failure) {
      logFailure(failure);
      return false;
    }
  }

  private static void logFailure(IOException failure) {
    LOG.error("An audit record could not be written: {}", failure.toString());
  }

  private AuditLogEntry entry(String event, ServletRequestDetails request) {
    RequestHead head = RequestHeadReader.read(request);
    Interaction interaction = interactions.interaction(head);
    Map<String, String[]> parameters = new TreeMap<>(request.getParameters());
    AuditLogEntry entry =
        new AuditLogEntry(pseudonyms, clock.instant(), event)
            .untrusted("request", request.getRequestId())
            .caller(RequestCaller.get(request))
            .trusted("method", request.getRequestType().name())
            .untrusted("path", String.join("/", head.path()));
    if (!parameters.isEmpty()) {
      StringBuilder query = new StringBuilder();
      parameters.forEach(
          (name, values) ->
              query.append(name).append('=').append(String.join(",", values)).append('&'));
      entry.untrusted("parameters", query.substring(0, query.length() - 1));
    }
    return interaction == null ? entry : entry.trusted("interaction", interaction.code());
  }

  /** The patient named in the request itself. */
  private Optional<String> requestedPatient(ServletRequestDetails request) {
    String[] value = request.getParameters().get(edition.patient().element());
    return value != null && value.length > 0
        ? patients.nhsNumberOfParameter(value[0])
        : patientsOf(request.getResource()).findFirst();
  }

  private Stream<String> patientsOf(IBaseResource resource) {
    return consents(resource).flatMap(consent -> patients.nhsNumber(consent).stream());
  }

  private static Stream<Consent> consents(IBaseResource resource) {
    if (resource instanceof Consent consent) {
      return Stream.of(consent);
    }
    return resource instanceof Bundle bundle
        ? bundle.getEntry().stream()
            .map(Bundle.BundleEntryComponent::getResource)
            .flatMap(AuditLogInterceptor::consents)
        : Stream.empty();
  }

  /** A Consent's id and version, {@code …/_history/…}. */
  static String versioned(Consent consent) {
    return "%s/_history/%s"
        .formatted(
            consent.getIdElement().getIdPart(),
            Optional.ofNullable(consent.getIdElement().getVersionIdPart())
                .orElse(consent.getMeta().getVersionId()));
  }

  private static boolean isWrite(RequestDetails request) {
    return request.getRestOperationType() == RestOperationTypeEnum.CREATE
        || request.getRestOperationType() == RestOperationTypeEnum.UPDATE;
  }
}
