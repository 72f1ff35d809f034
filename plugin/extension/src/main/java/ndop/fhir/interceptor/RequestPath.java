package ndop.fhir.interceptor;

import ca.uhn.fhir.util.UrlUtil;
import java.util.Arrays;
import java.util.List;

/** The path of a request below the server's base. */
final class RequestPath {

  private RequestPath() {}

  /** Its segments, decoded; empty segments, as of a trailing slash, are left out. */
  static List<String> segments(String path) {
    return Arrays.stream(path.split("/"))
        .filter(segment -> !segment.isEmpty())
        .map(UrlUtil::unescape)
        .toList();
  }
}
