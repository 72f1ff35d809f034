package ndop.fhir.interceptor;

import ca.uhn.fhir.rest.api.Constants;
import ca.uhn.fhir.rest.api.EncodingEnum;
import ca.uhn.fhir.rest.server.RestfulServerUtils;
import ca.uhn.fhir.rest.server.RestfulServerUtils.ResponseEncoding;
import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;

/** The encoding of a response where HAPI would choose one that this server cannot write. */
final class ResponseEncodingFallback {

  private ResponseEncodingFallback() {}

  /**
   * Has HAPI answer in JSON where it would choose Turtle. The refusal that such a request gets has
   * to be written too, and HAPI goes by what the client likes best.
   */
  static void jsonInsteadOfRdf(ServletRequestDetails request) {
    ResponseEncoding chosen =
        RestfulServerUtils.determineResponseEncodingNoDefault(request, EncodingEnum.JSON);
    if (chosen != null && chosen.getEncoding() == EncodingEnum.RDF) {
      request.addParameter(Constants.PARAM_FORMAT, new String[] {Constants.FORMAT_JSON});
    }
  }
}
