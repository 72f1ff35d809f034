package ndop.fhir.interceptor;

import ca.uhn.fhir.interceptor.api.Hook;
import ca.uhn.fhir.interceptor.api.Interceptor;
import ca.uhn.fhir.interceptor.api.Pointcut;
import ca.uhn.fhir.rest.api.server.RequestDetails;
import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;
import ndop.fhir.outcome.SpineOutcomeFactory;
import ndop.fhir.policy.ImmutablePatientPolicy;
import org.hl7.fhir.dstu3.model.Consent;
import org.hl7.fhir.instance.model.api.IBaseResource;

/**
 * Refuses an update that would move a Consent to another patient (NDOP-205, decision D-12).
 *
 * <p>Hook: {@code STORAGE_PRESTORAGE_RESOURCE_UPDATED}, in the transaction of the update, against
 * the version being replaced; after {@link IfMatchInterceptor}.
 *
 * @see ImmutablePatientPolicy
 */
@Interceptor
public final class ImmutablePatientInterceptor {

  private final ImmutablePatientPolicy policy;
  private final SpineOutcomeFactory outcomes;

  public ImmutablePatientInterceptor(ImmutablePatientPolicy policy, SpineOutcomeFactory outcomes) {
    this.policy = policy;
    this.outcomes = outcomes;
  }

  /** Throws if the NHS numbers of the two versions differ. */
  @Hook(
      value = Pointcut.STORAGE_PRESTORAGE_RESOURCE_UPDATED,
      order = InterceptorOrder.IMMUTABLE_PATIENT)
  public void refusePatientChange(
      IBaseResource stored, IBaseResource sent, RequestDetails request) {
    if (request instanceof ServletRequestDetails
        && stored instanceof Consent before
        && sent instanceof Consent after) {
      policy
          .refusal(before, after)
          .ifPresent(
              refusal -> {
                throw outcomes.exception(refusal);
              });
    }
  }
}
