package ndop.fhir.interceptor;

import ca.uhn.fhir.interceptor.api.Hook;
import ca.uhn.fhir.interceptor.api.Interceptor;
import ca.uhn.fhir.interceptor.api.Pointcut;
import ca.uhn.fhir.rest.api.Constants;
import ca.uhn.fhir.rest.api.RestOperationTypeEnum;
import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;
import jakarta.servlet.http.HttpServletResponse;

/**
 * Gives the answer to an update a Location header (NDOP-112). HAPI sends it for a create only, and
 * for an update the same address as Content-Location.
 */
@Interceptor
public final class LocationHeaderInterceptor {

  /** Copies the address; runs before the body is written. */
  @Hook(Pointcut.SERVER_OUTGOING_WRITER_CREATED)
  public void addLocation(ServletRequestDetails request) {
    HttpServletResponse response = request.getServletResponse();
    String address = response.getHeader(Constants.HEADER_CONTENT_LOCATION);
    if (request.getRestOperationType() == RestOperationTypeEnum.UPDATE && address != null) {
      response.setHeader(Constants.HEADER_LOCATION, address);
    }
  }
}
