package ndop.fhir.interceptor;

import ca.uhn.fhir.interceptor.api.Hook;
import ca.uhn.fhir.interceptor.api.Interceptor;
import ca.uhn.fhir.interceptor.api.Pointcut;
import ca.uhn.fhir.rest.api.Constants;
import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;
import ndop.fhir.policy.AcceptEncodingPolicy;

/**
 * Compresses an answer if the client wants that; HAPI knows no weights in Accept-Encoding.
 *
 * <p>Hook: {@code SERVER_INCOMING_REQUEST_PRE_HANDLER_SELECTED}.
 */
@Interceptor
public final class ResponseCompressionInterceptor {

  /** Tells HAPI whether to compress. */
  @Hook(
      value = Pointcut.SERVER_INCOMING_REQUEST_PRE_HANDLER_SELECTED,
      order = InterceptorOrder.RESPONSE_COMPRESSION)
  public void chooseCompression(ServletRequestDetails request) {
    request.setRespondGzip(
        AcceptEncodingPolicy.prefersGzip(request.getHeaders(Constants.HEADER_ACCEPT_ENCODING)));
  }
}
