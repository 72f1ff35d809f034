package ndop.fhir.interceptor;

import ca.uhn.fhir.interceptor.api.Hook;
import ca.uhn.fhir.interceptor.api.Interceptor;
import ca.uhn.fhir.interceptor.api.Pointcut;
import ca.uhn.fhir.rest.api.RestOperationTypeEnum;
import ca.uhn.fhir.rest.api.server.RequestDetails;
import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;
import java.sql.SQLException;
import ndop.fhir.outcome.SpineOutcomeFactory;
import ndop.fhir.policy.Situation;
import ndop.fhir.store.Database;
import ndop.fhir.store.FreeSpace;
import ndop.fhir.store.StoreFailure;
import ndop.fhir.store.StoreMonitor;
import org.hl7.fhir.dstu3.model.Consent;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes an acknowledged write a durable one (NDOP-210): refuses a write while the disk is nearly
 * full, takes note of when its commit begins, and acknowledges it when it is on the disk.
 *
 * <p>Hooks: {@code SERVER_INCOMING_REQUEST_POST_PROCESSED}, after every check of the request;
 * {@code STORAGE_PRECOMMIT_RESOURCE_CREATED} and {@code _UPDATED}, after any other; {@code
 * SERVER_OUTGOING_RESPONSE}, before {@link AuditLogInterceptor}.
 */
@Interceptor
public final class DurabilityInterceptor {

  private static final Logger LOG = LoggerFactory.getLogger(DurabilityInterceptor.class);

  private final FreeSpace space;
  private final Database database;
  private final StoreMonitor store;
  private final SpineOutcomeFactory outcomes;

  public DurabilityInterceptor(
      FreeSpace space, Database database, StoreMonitor store, SpineOutcomeFactory outcomes) {
    this.space = space;
    this.database = database;
    this.store = store;
    this.outcomes = outcomes;
  }

  /** Refuses a write for which there is too little space, or no store; reads go on. */
  @Hook(
      value = Pointcut.SERVER_INCOMING_REQUEST_POST_PROCESSED,
      order = InterceptorOrder.FREE_SPACE)
  public void requireStore(ServletRequestDetails request) {
    if (WriteProgress.of(request) == WriteProgress.NONE) {
      return;
    }
    if (!space.isSufficient()) {
      LOG.warn("Request {} was refused: the disk is nearly full", request.getRequestId());
      throw outcomes.exception(
          Situation.STORE_UNAVAILABLE,
          "The store has too little space; nothing was stored. Repeat the request.");
    }
    try {
      WriteProgress.setStore(request, database.openStore());
    } catch (SQLException failure) {
      store.report(StoreFailure.of(failure).orElse(StoreFailure.LOST));
      LOG.warn("Request {} was refused: the store is not open", request.getRequestId());
      throw outcomes.exception(HapiExceptionMapper.outcomeOfFailedStore(WriteProgress.of(request)));
    }
  }

  /** Takes note that the commit of a create follows. */
  @Hook(value = Pointcut.STORAGE_PRECOMMIT_RESOURCE_CREATED, order = InterceptorOrder.COMMITTING)
  public void commitCreate(IBaseResource created, RequestDetails request) {
    markCommitting(created, request);
  }

  /** Takes note that the commit of an update follows. */
  @Hook(value = Pointcut.STORAGE_PRECOMMIT_RESOURCE_UPDATED, order = InterceptorOrder.COMMITTING)
  public void commitUpdate(IBaseResource before, IBaseResource after, RequestDetails request) {
    markCommitting(after, request);
  }

  /**
   * Forces what was committed to the disk before it is acknowledged, by whichever answer: an update
   * that changes nothing repeats one that may not be on the disk, and a read that follows a failure
   * tells its client what became of a write.
   */
  @Hook(value = Pointcut.SERVER_OUTGOING_RESPONSE, order = InterceptorOrder.FORCE)
  public void force(ServletRequestDetails request) {
    WriteProgress write = WriteProgress.of(request);
    if (write == WriteProgress.NONE && !(database.owesForce() && tellsOfConsents(request))) {
      return;
    }
    try {
      database.force(WriteProgress.storeOf(request));
    } catch (SQLException failure) {
      store.report(StoreFailure.of(failure).orElse(StoreFailure.LOST));
      LOG.warn(
          "Request {} was done, and what it tells not forced to the disk", request.getRequestId());
      throw outcomes.exception(
          write == WriteProgress.NONE
              ? HapiExceptionMapper.STORE_UNAVAILABLE
              : HapiExceptionMapper.OUTCOME_UNKNOWN);
    }
  }

  private static boolean tellsOfConsents(ServletRequestDetails request) {
    return request.getRestOperationType() != RestOperationTypeEnum.METADATA;
  }

  private static void markCommitting(IBaseResource resource, RequestDetails details) {
    if (details instanceof ServletRequestDetails request && resource instanceof Consent) {
      WriteProgress.markCommitting(request);
    }
  }
}
