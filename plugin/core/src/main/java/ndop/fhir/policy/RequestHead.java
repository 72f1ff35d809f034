package ndop.fhir.policy;

import java.util.List;
import java.util.Set;

/**
 * A request without its body, as far as a policy needs it.
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
