package ndop.fhir.interceptor;

import ca.uhn.fhir.interceptor.api.Hook;
import ca.uhn.fhir.interceptor.api.Interceptor;
import ca.uhn.fhir.interceptor.api.Pointcut;
import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;
import ndop.fhir.edition.Edition;
import ndop.fhir.outcome.SpineOutcomeFactory;
import ndop.fhir.policy.AuditHeaders;
import ndop.fhir.policy.CallerDecision;
import ndop.fhir.policy.CallerPolicy;
import ndop.fhir.policy.InteractionPolicy;
import ndop.fhir.request.RequestCaller;

/**
 * Accepts a request whose audit headers and token satisfy the {@link CallerPolicy}, and refuses any
 * other (NDOP-150 to NDOP-176, decision D-08). Later interceptors find the caller through {@link
 * RequestCaller}, even if the request is refused, so that the audit log can record it.
 *
 * <p>Hook: {@code SERVER_INCOMING_REQUEST_PRE_HANDLER_SELECTED}, before {@link
 * RequestScopeInterceptor}.
 *
 * <p>It does not decide which Consents the caller may see; {@link PatientAuthorizationInterceptor}
 * does. It does not check client certificates; a filter does.
 *
 * @see ndop.fhir.servlet.ClientCertificateFilter
 */
@Interceptor
public final class AuthenticationInterceptor {

  private final Edition edition;
  private final InteractionPolicy interactions;
  private final CallerPolicy callers;
  private final SpineOutcomeFactory outcomes;

  public AuthenticationInterceptor(
      Edition edition,
      InteractionPolicy interactions,
      CallerPolicy callers,
      SpineOutcomeFactory outcomes) {
    this.edition = edition;
    this.interactions = interactions;
    this.callers = callers;
    this.outcomes = outcomes;
  }

  /** Sets the {@link RequestCaller}; throws if the policy refuses the request. */
  @Hook(
      value = Pointcut.SERVER_INCOMING_REQUEST_PRE_HANDLER_SELECTED,
      order = InterceptorOrder.AUTHENTICATION)
  public void authenticate(ServletRequestDetails request) {
    CallerDecision decision =
        callers.decide(
            AuditHeaders.of(edition, request::getHeaders),
            interactions.interaction(RequestHeadReader.read(request)));
    RequestCaller.set(request, decision.caller());
    decision
        .refusal()
        .ifPresent(
            refusal -> {
              throw outcomes.exception(refusal);
            });
  }
}
