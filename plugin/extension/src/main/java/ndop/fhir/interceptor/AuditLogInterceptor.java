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
import ndop.fhir.policy.Situation;
import org.hl7.fhir.dstu3.model.Bundle;
import org.hl7.fhir.dstu3.model.Consent;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records every request, allowed or refused (NDOP-171). Before a write is committed it records what
 * will be stored; where that cannot be written, the write does not happen. An answer with Consents
 * is not given without its record either.
 */
@Interceptor
public final class AuditLogInterceptor {

  private static final Logger LOG = LoggerFactory.getLogger(AuditLogInterceptor.class);

  /** Key of a request's user data: its record is written. */
  private static final Object RECORDED = new Object();

  private final Edition edition;
  private final InteractionPolicy interactions;
  private final PatientReferenceParser patients;
  private final SpineOutcomeFactory outcomes;
  private final AuditLogFile trail;
  private final Pseudonymizer pseudonyms;
  private final Clock clock;

  public AuditLogInterceptor(
      Edition edition,
      InteractionPolicy interactions,
      PatientReferenceParser patients,
      SpineOutcomeFactory outcomes,
      AuditLogFile trail,
      Pseudonymizer pseudonyms,
      Clock clock) {
    this.edition = edition;
    this.interactions = interactions;
    this.patients = patients;
    this.outcomes = outcomes;
    this.trail = trail;
    this.pseudonyms = pseudonyms;
    this.clock = clock;
  }

  /** Records what a create is about to store. */
  @Hook(Pointcut.STORAGE_PRECOMMIT_RESOURCE_CREATED)
  public void recordCreate(IBaseResource created, RequestDetails request) {
    recordWrite(created, request);
  }

  /** Records what an update is about to store. */
  @Hook(Pointcut.STORAGE_PRECOMMIT_RESOURCE_UPDATED)
  public void recordUpdate(IBaseResource before, IBaseResource after, RequestDetails request) {
    recordWrite(after, request);
  }

  /** Records an answer before it leaves. */
  @Hook(value = Pointcut.SERVER_OUTGOING_RESPONSE, order = Integer.MAX_VALUE)
  public void recordAnswer(ServletRequestDetails request, ResponseDetails response) {
    AuditLogEntry line =
        line("answered", request)
            .known("status", response.getResponseCode())
            .patients(
                Stream.concat(asked(request).stream(), patientsOf(response.getResponseResource()))
                    .toList())
            .known(
                "consents",
                consents(response.getResponseResource())
                    .map(AuditLogInterceptor::versioned)
                    .toList());
    // A write has its record already, from before it was committed.
    if (!note(request, line)
        && !isWrite(request)
        && request.getRestOperationType() != RestOperationTypeEnum.METADATA) {
      throw outcomes.exception(
          Situation.INTERNAL_FAILURE,
          "The audit record could not be written, so there is no answer.");
    }
  }

  /** Records a refusal or a failure. */
  @Hook(Pointcut.SERVER_HANDLE_EXCEPTION)
  public boolean recordRefusal(
      ServletRequestDetails request, BaseServerResponseException exception) {
    boolean unchanged = exception.getStatusCode() == Constants.STATUS_HTTP_304_NOT_MODIFIED;
    AuditLogEntry line =
        line(unchanged ? "answered" : "refused", request)
            .known("status", exception.getStatusCode())
            .patients(asked(request).stream().toList());
    if (exception instanceof OutcomeException refused) {
      line.known("code", refused.situation().answer(edition).code());
    }
    note(request, line);
    return true;
  }

  /** Records what nothing else did. */
  @Hook(Pointcut.SERVER_PROCESSING_COMPLETED)
  public void recordTheRest(ServletRequestDetails request) {
    if (!request.getUserData().containsKey(RECORDED)) {
      note(
          request,
          line("answered", request).known("status", request.getServletResponse().getStatus()));
    }
  }

  private void recordWrite(IBaseResource resource, RequestDetails details) {
    if (!(details instanceof ServletRequestDetails request)
        || !(resource instanceof Consent consent)) {
      return;
    }
    AuditLogEntry line =
        line("storing", request)
            .patients(patientsOf(consent).toList())
            .known("consents", List.of(versioned(consent)));
    try {
      trail.append(line.toString(), true);
    } catch (IOException failure) {
      lost(failure);
      throw outcomes.exception(
          Situation.INTERNAL_FAILURE,
          "The audit record could not be written, so nothing was stored.");
    }
  }

  /** Writes a line, and says whether that went well. */
  private boolean note(ServletRequestDetails request, AuditLogEntry line) {
    try {
      trail.append(line.toString(), false);
      request.getUserData().put(RECORDED, true);
      return true;
    } catch (IOException failure) {
      lost(failure);
      return false;
    }
  }

  private static void lost(IOException failure) {
    LOG.error("An audit record could not be written: {}", failure.toString());
  }

  private AuditLogEntry line(String event, ServletRequestDetails request) {
    Interaction interaction = interactions.interaction(RequestHeadReader.read(request));
    Map<String, String[]> parameters = new TreeMap<>(request.getParameters());
    AuditLogEntry line =
        new AuditLogEntry(pseudonyms, clock.instant(), event)
            .said("request", request.getRequestId())
            .caller(RequestCaller.get(request))
            .known("method", request.getRequestType().name())
            .said("path", String.join("/", RequestHeadReader.read(request).path()));
    if (!parameters.isEmpty()) {
      StringBuilder query = new StringBuilder();
      parameters.forEach(
          (name, values) ->
              query.append(name).append('=').append(String.join(",", values)).append('&'));
      line.said("parameters", query.substring(0, query.length() - 1));
    }
    return interaction == null ? line : line.known("interaction", interaction.code());
  }

  /** The patient that the request itself names. */
  private Optional<String> asked(ServletRequestDetails request) {
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
