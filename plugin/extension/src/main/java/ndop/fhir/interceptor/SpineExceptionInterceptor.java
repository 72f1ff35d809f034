package ndop.fhir.interceptor;

import ca.uhn.fhir.interceptor.api.Hook;
import ca.uhn.fhir.interceptor.api.Interceptor;
import ca.uhn.fhir.interceptor.api.Pointcut;
import ca.uhn.fhir.rest.api.Constants;
import ca.uhn.fhir.rest.api.RestOperationTypeEnum;
import ca.uhn.fhir.rest.api.server.RequestDetails;
import ca.uhn.fhir.rest.api.server.ResponseDetails;
import ca.uhn.fhir.rest.server.exceptions.BaseServerResponseException;
import ca.uhn.fhir.rest.server.exceptions.NotModifiedException;
import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;
import ndop.fhir.outcome.OutcomeException;
import ndop.fhir.outcome.SpineOutcomeFactory;
import ndop.fhir.policy.Outcome;
import ndop.fhir.policy.Situation;
import ndop.fhir.store.StoreFailure;
import ndop.fhir.store.StoreMonitor;
import org.hl7.fhir.instance.model.api.IBaseOperationOutcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives every error, wherever it was raised, the status, code and form of the edition's catalogue
 * (NDOP-134 to NDOP-149), and does the same for the outcome that a client requests with Prefer.
 *
 * <p>Hooks: {@code SERVER_PRE_PROCESS_OUTGOING_EXCEPTION}, before any other; {@code
 * SERVER_OUTGOING_RESPONSE}, before {@link AuditLogInterceptor}.
 *
 * <p>HAPI's own messages are not sent: they reveal its version, its types and sometimes a patient.
 * Errors outside HAPI never get here; the filter and the valve of {@code ndop.fhir.servlet} handle
 * them.
 *
 * @see HapiExceptionMapper
 * @see ndop.fhir.servlet.SpineErrorFilter
 */
@Interceptor
public final class SpineExceptionInterceptor {

  private static final Logger LOG = LoggerFactory.getLogger(SpineExceptionInterceptor.class);

  private final SpineOutcomeFactory outcomes;
  private final StoreMonitor store;

  /** Tells {@code store} of its failures. */
  public SpineExceptionInterceptor(SpineOutcomeFactory outcomes, StoreMonitor store) {
    this.outcomes = outcomes;
    this.store = store;
  }

  /** The exception to answer with; never null, so that no later hook is called. */
  @Hook(
      value = Pointcut.SERVER_PRE_PROCESS_OUTGOING_EXCEPTION,
      order = InterceptorOrder.SPINE_EXCEPTION)
  public BaseServerResponseException toSpineException(
      ServletRequestDetails request, Throwable thrown) {
    ResponseFormat.settle(request);
    if (thrown instanceof OutcomeException || thrown instanceof NotModifiedException) {
      return (BaseServerResponseException) thrown;
    }
    WriteProgress write = WriteProgress.of(request);
    Outcome outcome = HapiExceptionMapper.outcome(thrown, write);
    if (outcome.situation() == Situation.STORE_UNAVAILABLE
        || outcome.situation() == Situation.OUTCOME_UNKNOWN) {
      StoreFailure.of(thrown).ifPresent(store::report);
      LOG.warn(
          "Request {} failed: the store cannot be reached or written ({})",
          request.getRequestId(),
          outcome.situation().key());
    }
    if (outcome.situation() == Situation.INTERNAL_FAILURE) {
      LOG.error("Request {} failed unexpectedly", request.getRequestId(), thrown);
      return outcomes.exception(
          Situation.INTERNAL_FAILURE,
          "The request failed unexpectedly%s. The server's log has the cause under the request id %s."
              .formatted(whatWasStored(write), request.getRequestId()));
    }
    return outcomes.exception(outcome);
  }

  private static String whatWasStored(WriteProgress write) {
    return switch (write) {
      case NONE -> "";
      case PENDING -> "; nothing was stored";
      case COMMITTING -> "; whether it was stored is not known: search before you repeat it";
    };
  }

  /** Replaces HAPI's outcome of a successful write with the catalogue's informational one. */
  @Hook(value = Pointcut.SERVER_OUTGOING_RESPONSE, order = InterceptorOrder.SPINE_EXCEPTION)
  public void replaceOutcome(RequestDetails request, ResponseDetails response) {
    RestOperationTypeEnum operation = request.getRestOperationType();
    boolean created = operation == RestOperationTypeEnum.CREATE;
    if ((created || operation == RestOperationTypeEnum.UPDATE)
        && response.getResponseResource() instanceof IBaseOperationOutcome outcome
        && !outcomes.isOwn(outcome)
        && response.getResponseCode() < Constants.STATUS_HTTP_400_BAD_REQUEST) {
      response.setResponseResource(
          outcomes.operationOutcome(
              Outcome.of(
                  created ? Situation.CREATED : Situation.UPDATED,
                  created ? "The Consent was stored." : "The Consent was updated.")));
    }
  }
}
