package ndop.fhir.interceptor;

import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;
import ca.uhn.fhir.util.UrlUtil;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import ndop.fhir.policy.RequestHead;

/** Extracts from HAPI's request the parts on which the policies decide. */
final class RequestHeadReader {

  private RequestHeadReader() {}

  /** The method, the path below the server's base, and the names of the headers. */
  static RequestHead read(ServletRequestDetails request) {
    return new RequestHead(
        request.getRequestType().name(),
        path(request),
        request.getHeaders().keySet().stream()
            .map(name -> name.toLowerCase(Locale.ROOT))
            .collect(Collectors.toSet()));
  }

  /**
   * HAPI refuses some paths before the request has one; then it is the container's, decoded
   * already.
   */
  private static List<String> path(ServletRequestDetails request) {
    if (request.getRequestPath() == null) {
      String path = request.getServletRequest().getPathInfo();
      return path == null ? List.of() : segments(path).toList();
    }
    return segments(request.getRequestPath()).map(UrlUtil::unescape).toList();
  }

  /** Without empty segments such as the one after a trailing slash. */
  private static Stream<String> segments(String path) {
    return Arrays.stream(path.split("/")).filter(segment -> !segment.isEmpty());
  }
}
