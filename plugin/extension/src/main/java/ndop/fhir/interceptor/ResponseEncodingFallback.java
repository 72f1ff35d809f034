package ndop.fhir.interceptor;

import ca.uhn.fhir.rest.api.Constants;
import ca.uhn.fhir.rest.api.EncodingEnum;
import ca.uhn.fhir.rest.server.RestfulServerUtils;
import ca.uhn.fhir.rest.server.RestfulServerUtils.ResponseEncoding;
import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;

/** In which forms answers are written. */
final class ResponseEncodingFallback {

  private ResponseEncodingFallback() {}

  /**
   * Has the answer in JSON where HAPI would write Turtle, which it cannot here. It goes by what the
   * client likes best, even where the answer is that this is not to be had.
   */
  static void jsonInsteadOfRdf(ServletRequestDetails request) {
    ResponseEncoding chosen =
        RestfulServerUtils.determineResponseEncodingNoDefault(request, EncodingEnum.JSON);
    if (chosen != null && chosen.getEncoding() == EncodingEnum.RDF) {
      request.addParameter(Constants.PARAM_FORMAT, new String[] {Constants.FORMAT_JSON});
    }
  }
}
