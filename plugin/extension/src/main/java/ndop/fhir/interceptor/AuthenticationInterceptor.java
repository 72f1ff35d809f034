package ndop.fhir.interceptor;

import ca.uhn.fhir.interceptor.api.Hook;
import ca.uhn.fhir.interceptor.api.Interceptor;
import ca.uhn.fhir.interceptor.api.Pointcut;
import ca.uhn.fhir.rest.api.server.RequestDetails;
import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;
import ndop.fhir.edition.Edition;
import ndop.fhir.outcome.SpineOutcomeFactory;
import ndop.fhir.policy.AuditHeaders;
import ndop.fhir.policy.Caller;
import ndop.fhir.policy.CallerDecision;
import ndop.fhir.policy.CallerPolicy;
import ndop.fhir.policy.InteractionPolicy;

/**
 * Refuses, before anything else is asked, a request whose audit headers or token will not do
 * (NDOP-150 to NDOP-176), and leaves with the others who calls.
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

  /** Passes, or throws the refusal. */
  @Hook(Pointcut.SERVER_INCOMING_REQUEST_PRE_HANDLER_SELECTED)
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

  /** Who calls; {@link Caller#UNKNOWN} where the request is none of a client's. */
  static Caller caller(RequestDetails request) {
    Object caller = request == null ? null : request.getUserData().get(Caller.class);
    return caller instanceof Caller known ? known : Caller.UNKNOWN;
  }
}
