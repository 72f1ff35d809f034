package ndop.fhir.policy;

import java.util.List;
import java.util.Set;

/**
 * The method, the path and the header names of a request, on which policies decide.
 *
 * @param method the HTTP method
 * @param path the segments below the server's base, decoded
 * @param headers the names of the headers, in lower case
 */
public record RequestHead(String method, List<String> path, Set<String> headers) {

  /** The segment at {@code index}, or an empty string. */
  String segment(int index) {
    return index < path.size() ? path.get(index) : "";
  }
}
