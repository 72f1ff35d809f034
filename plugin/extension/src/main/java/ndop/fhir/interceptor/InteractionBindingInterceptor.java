package ndop.fhir.interceptor;

import ca.uhn.fhir.interceptor.api.Hook;
import ca.uhn.fhir.interceptor.api.Interceptor;
import ca.uhn.fhir.interceptor.api.Pointcut;
import ca.uhn.fhir.rest.api.RestOperationTypeEnum;
import ca.uhn.fhir.rest.server.method.BaseMethodBinding;
import java.util.Collection;
import java.util.List;
import ndop.fhir.edition.Edition;

/**
 * Stops HAPI binding methods that the edition does not offer, so that no request can reach them
 * (NDOP-140 to NDOP-143, decision D-09). HAPI's own methods for conformance resources would answer
 * from the database, and its search is replaced.
 *
 * <p>Hook: {@code SERVER_PROVIDER_METHOD_BOUND}, at startup, so it must be registered before the
 * servlet is initialised.
 *
 * <p>It is the second line of defence and sends no answer: a request outside the API is refused,
 * with a reason, by {@link RequestScopeInterceptor}.
 */
@Interceptor
public final class InteractionBindingInterceptor {

  private final Edition edition;
  private final List<Object> providers;

  /** Keeps every method of {@code providers}, which are the extension's. */
  public InteractionBindingInterceptor(Edition edition, Collection<Object> providers) {
    this.edition = edition;
    this.providers = List.copyOf(providers);
  }

  /** Returns the binding if the edition offers it; otherwise null, which makes HAPI drop it. */
  @Hook(value = Pointcut.SERVER_PROVIDER_METHOD_BOUND, order = InterceptorOrder.INTERACTION_BINDING)
  public BaseMethodBinding keepIfOffered(BaseMethodBinding binding) {
    RestOperationTypeEnum operation = binding.getRestOperationType();
    if (operation == RestOperationTypeEnum.METADATA
        || providers.stream().anyMatch(one -> one == binding.getProvider())) {
      return binding;
    }
    return edition.resourceType().equals(binding.getResourceName())
            && edition.interactions().contains(operation.getCode())
            && operation != RestOperationTypeEnum.SEARCH_TYPE
        ? binding
        : null;
  }
}
