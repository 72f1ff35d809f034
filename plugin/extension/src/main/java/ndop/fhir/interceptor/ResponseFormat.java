package ndop.fhir.interceptor;

import ca.uhn.fhir.rest.api.Constants;
import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import ndop.fhir.policy.MediaTypePolicy;

/**
 * Makes HAPI answer in the format that {@link MediaTypePolicy} chooses. HAPI compares types with
 * regard to case, and also knows formats that this server does not write (Turtle, NDJSON): even the
 * refusal of such a request would be in it.
 */
final class ResponseFormat {

  private static final Object SETTLED = new Object();

  private ResponseFormat() {}

  /** Replaces Accept and {@code _format} by one type; once in a request. */
  static void settle(ServletRequestDetails request) {
    if (request.getUserData().putIfAbsent(SETTLED, true) != null) {
      return;
    }
    String accept = accept(request);
    String type =
        MediaTypePolicy.answerType(accept, request.getHeader(Constants.HEADER_CONTENT_TYPE));
    request.setHeaders(Constants.HEADER_ACCEPT, List.of(type));
    String[] format = request.getParameters().get(Constants.PARAM_FORMAT);
    if (format != null && format.length > 0) {
      Map<String, String[]> parameters = new HashMap<>(request.getParameters());
      Optional<String> supported = MediaTypePolicy.formatted(format[0]);
      supported.ifPresentOrElse(
          name -> parameters.put(Constants.PARAM_FORMAT, new String[] {name}),
          () -> parameters.remove(Constants.PARAM_FORMAT));
      request.setParameters(parameters);
    }
  }

  /** All values of the header, as one; null if there is none. */
  static String accept(ServletRequestDetails request) {
    List<String> values = request.getHeaders(Constants.HEADER_ACCEPT);
    return values.isEmpty() ? null : String.join(",", values);
  }
}
