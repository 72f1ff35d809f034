package ndop.fhir.interceptor;

import ca.uhn.fhir.interceptor.api.Hook;
import ca.uhn.fhir.interceptor.api.Interceptor;
import ca.uhn.fhir.interceptor.api.Pointcut;
import ca.uhn.fhir.rest.api.RestOperationTypeEnum;
import ca.uhn.fhir.rest.server.method.BaseMethodBinding;
import ndop.fhir.edition.Edition;

/**
 * Keeps HAPI from binding any method that the edition does not offer. A second wall behind {@link
 * RequestScopeInterceptor}: what is not bound cannot be reached, whatever a request looks like.
 */
@Interceptor
public final class InteractionBindingInterceptor {

  private final Edition edition;

  public InteractionBindingInterceptor(Edition edition) {
    this.edition = edition;
  }

  /** The binding where the edition offers it, otherwise null, which drops it. */
  @Hook(Pointcut.SERVER_PROVIDER_METHOD_BOUND)
  public BaseMethodBinding keepIfOffered(BaseMethodBinding binding) {
    RestOperationTypeEnum operation = binding.getRestOperationType();
    if (operation == RestOperationTypeEnum.METADATA) {
      return binding;
    }
    boolean ofTheType = edition.resourceType().equals(binding.getResourceName());
    return ofTheType && edition.interactions().contains(operation.getCode()) ? binding : null;
  }
}
