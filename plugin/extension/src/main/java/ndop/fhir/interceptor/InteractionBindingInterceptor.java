package ndop.fhir.interceptor;

import ca.uhn.fhir.interceptor.api.Hook;
import ca.uhn.fhir.interceptor.api.Interceptor;
import ca.uhn.fhir.interceptor.api.Pointcut;
import ca.uhn.fhir.rest.api.RestOperationTypeEnum;
import ca.uhn.fhir.rest.server.method.BaseMethodBinding;
import ndop.fhir.edition.Edition;

/**
 * Keeps HAPI from binding a method that the edition does not offer, so that it cannot be reached,
 * whatever a request looks like (NDOP-140 to NDOP-143, decision D-09).
 *
 * <p>Hook: {@code SERVER_PROVIDER_METHOD_BOUND}, at start; so it must be registered before the
 * servlet is initialised.
 *
 * <p>It is the second line of defence and sends no answer: a request outside the API is refused,
 * with a reason, by {@link RequestScopeInterceptor}.
 */
@Interceptor
public final class InteractionBindingInterceptor {

  private final Edition edition;

  public InteractionBindingInterceptor(Edition edition) {
    this.edition = edition;
  }

  /** Returns the binding where the edition offers it, otherwise null, for which HAPI drops it. */
  @Hook(value = Pointcut.SERVER_PROVIDER_METHOD_BOUND, order = InterceptorOrder.INTERACTION_BINDING)
  public BaseMethodBinding keepIfOffered(BaseMethodBinding binding) {
    RestOperationTypeEnum operation = binding.getRestOperationType();
    if (operation == RestOperationTypeEnum.METADATA) {
      return binding;
    }
    boolean ofTheType = edition.resourceType().equals(binding.getResourceName());
    return ofTheType && edition.interactions().contains(operation.getCode()) ? binding : null;
  }
}
