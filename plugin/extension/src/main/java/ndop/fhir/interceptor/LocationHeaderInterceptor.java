package ndop.fhir.interceptor;

import ca.uhn.fhir.interceptor.api.Hook;
import ca.uhn.fhir.interceptor.api.Interceptor;
import ca.uhn.fhir.interceptor.api.Pointcut;
import ca.uhn.fhir.rest.api.Constants;
import ca.uhn.fhir.rest.api.RestOperationTypeEnum;
import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;
import jakarta.servlet.http.HttpServletResponse;

/**
 * Adds a Location header to the response to an update (NDOP-112). HAPI sends Location for a create
 * only; for an update it sends the same URL as Content-Location.
 *
 * <p>Hook: {@code SERVER_OUTGOING_WRITER_CREATED}.
 */
@Interceptor
public final class LocationHeaderInterceptor {

  /** Copies Content-Location; called before the body is written. */
  @Hook(value = Pointcut.SERVER_OUTGOING_WRITER_CREATED, order = InterceptorOrder.LOCATION_HEADER)
  public void addLocation(ServletRequestDetails request) {
    HttpServletResponse response = request.getServletResponse();
    String address = response.getHeader(Constants.HEADER_CONTENT_LOCATION);
    if (request.getRestOperationType() == RestOperationTypeEnum.UPDATE && address != null) {
      response.setHeader(Constants.HEADER_LOCATION, address);
    }
  }
}
