package ndop.fhir.interceptor;

import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;
import java.util.Locale;
import java.util.stream.Collectors;
import ndop.fhir.policy.RequestLine;

/** Requests as policies see them. */
final class RequestLines {

  private RequestLines() {}

  static RequestLine of(ServletRequestDetails request) {
    return new RequestLine(
        request.getRequestType().name(),
        RequestPath.segments(request.getRequestPath()),
        request.getHeaders().keySet().stream()
            .map(name -> name.toLowerCase(Locale.ROOT))
            .collect(Collectors.toSet()));
  }
}
