package ndop.fhir.interceptor;

import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;
import ca.uhn.fhir.util.UrlUtil;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import ndop.fhir.policy.RequestHead;

/** Extracts from HAPI's request the parts on which the policies decide. */
final class RequestHeadReader {

  private RequestHeadReader() {}

  /** The method, the path below the server's base, and the names of the headers. */
  static RequestHead read(ServletRequestDetails request) {
    return new RequestHead(
        request.getRequestType().name(),
        segments(request.getRequestPath()),
        request.getHeaders().keySet().stream()
            .map(name -> name.toLowerCase(Locale.ROOT))
            .collect(Collectors.toSet()));
  }

  /** Decoded, without empty segments such as the one after a trailing slash. */
  private static List<String> segments(String path) {
    return Arrays.stream(path.split("/"))
        .filter(segment -> !segment.isEmpty())
        .map(UrlUtil::unescape)
        .toList();
  }
}
