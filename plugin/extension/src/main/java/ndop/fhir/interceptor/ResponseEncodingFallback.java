package ndop.fhir.interceptor;

import ca.uhn.fhir.rest.api.Constants;
import ca.uhn.fhir.rest.api.EncodingEnum;
import ca.uhn.fhir.rest.server.RestfulServerUtils;
import ca.uhn.fhir.rest.server.RestfulServerUtils.ResponseEncoding;
import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;

/** Chooses the encoding of a response if HAPI would choose one that this server cannot write. */
final class ResponseEncodingFallback {

  private ResponseEncodingFallback() {}

  /**
   * Makes HAPI respond in JSON if it would choose Turtle. Even the refusal of such a request has to
   * be written, and HAPI would use the type that the client prefers.
   */
  static void jsonInsteadOfRdf(ServletRequestDetails request) {
    ResponseEncoding chosen =
        RestfulServerUtils.determineResponseEncodingNoDefault(request, EncodingEnum.JSON);
    if (chosen != null && chosen.getEncoding() == EncodingEnum.RDF) {
      request.addParameter(Constants.PARAM_FORMAT, new String[] {Constants.FORMAT_JSON});
    }
  }
}
