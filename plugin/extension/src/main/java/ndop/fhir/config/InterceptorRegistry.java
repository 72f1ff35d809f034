package ndop.fhir.config;

import ca.uhn.fhir.jpa.api.dao.DaoRegistry;
import ca.uhn.fhir.rest.server.RestfulServer;
import ca.uhn.fhir.rest.server.interceptor.ResponseHighlighterInterceptor;
import java.util.ArrayList;
import java.util.List;
import ndop.fhir.edition.Edition;
import ndop.fhir.interceptor.AuthenticationInterceptor;
import ndop.fhir.interceptor.ConditionalReadInterceptor;
import ndop.fhir.interceptor.CorsInterceptor;
import ndop.fhir.interceptor.DurabilityInterceptor;
import ndop.fhir.interceptor.IfMatchInterceptor;
import ndop.fhir.interceptor.ImmutablePatientInterceptor;
import ndop.fhir.interceptor.InteractionBindingInterceptor;
import ndop.fhir.interceptor.LocationHeaderInterceptor;
import ndop.fhir.interceptor.PageSizeInterceptor;
import ndop.fhir.interceptor.PatientAuthorizationInterceptor;
import ndop.fhir.interceptor.RequestScopeInterceptor;
import ndop.fhir.interceptor.RequestValidatingInterceptor;
import ndop.fhir.interceptor.ResponseCompressionInterceptor;
import ndop.fhir.interceptor.SpineExceptionInterceptor;
import ndop.fhir.interceptor.UpdateAsCreateInterceptor;
import ndop.fhir.outcome.SpineOutcomeFactory;
import ndop.fhir.policy.BodyPolicy;
import ndop.fhir.policy.CallerPolicy;
import ndop.fhir.policy.ImmutablePatientPolicy;
import ndop.fhir.policy.InteractionPolicy;
import ndop.fhir.policy.ParameterPolicy;
import ndop.fhir.policy.PatientReferenceParser;
import ndop.fhir.store.StoreMonitor;

/**
 * Creates every interceptor of the extension and registers it with the server. The order of
 * registration is irrelevant: {@link ndop.fhir.interceptor.InterceptorOrder} defines the order in
 * which they are called.
 */
final class InterceptorRegistry {

  private final List<Object> interceptors = new ArrayList<>();

  InterceptorRegistry(
      Edition edition,
      NdopProperties properties,
      InteractionPolicy interactions,
      ParameterPolicy parameters,
      BodyPolicy bodies,
      CallerPolicy callers,
      PatientReferenceParser patients,
      ImmutablePatientPolicy immutablePatients,
      ProviderRegistry providers,
      DaoRegistry daos,
      SpineOutcomeFactory outcomes,
      AuditInterceptorFactory audit,
      DurabilityInterceptor durability,
      StoreMonitor store) {
    interceptors.add(new InteractionBindingInterceptor(edition, providers.providers()));
    interceptors.add(new AuthenticationInterceptor(edition, interactions, callers, outcomes));
    interceptors.add(new RequestScopeInterceptor(interactions, parameters, outcomes));
    interceptors.add(new ConditionalReadInterceptor());
    interceptors.add(new ResponseCompressionInterceptor());
    interceptors.add(new PageSizeInterceptor(properties.maxPage()));
    interceptors.add(new RequestValidatingInterceptor(bodies, outcomes, properties.bodySizes()));
    interceptors.add(new PatientAuthorizationInterceptor(edition, patients, daos, outcomes));
    interceptors.add(new IfMatchInterceptor(properties.requireIfMatch(), outcomes));
    interceptors.add(new UpdateAsCreateInterceptor(outcomes));
    interceptors.add(new ImmutablePatientInterceptor(immutablePatients, outcomes));
    interceptors.add(new LocationHeaderInterceptor());
    interceptors.add(new SpineExceptionInterceptor(outcomes, store));
    interceptors.add(durability);
    interceptors.addAll(audit.create());
    if (edition.cors()) {
      interceptors.add(new CorsInterceptor(properties.corsOrigins(), outcomes));
    }
  }

  /** The interceptors, in no particular order. */
  List<Object> interceptors() {
    return List.copyOf(interceptors);
  }

  /**
   * Registers them with the server, in place of the stock host's interceptors for HTML responses
   * and for CORS.
   */
  void register(RestfulServer server) {
    server
        .getInterceptorService()
        .unregisterInterceptorsIf(
            interceptor ->
                interceptor instanceof ResponseHighlighterInterceptor
                    || interceptor instanceof ca.uhn.fhir.rest.server.interceptor.CorsInterceptor);
    interceptors.forEach(server::registerInterceptor);
  }
}
