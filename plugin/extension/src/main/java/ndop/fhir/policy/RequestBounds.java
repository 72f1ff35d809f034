package ndop.fhir.policy;

import static ndop.fhir.policy.Situation.ADDRESS_TOO_LONG;
import static ndop.fhir.policy.Situation.TOO_MANY_PARAMETERS;

import java.util.Optional;

/**
 * How long the address of a request may be, and how many parameters it may have.
 *
 * @param address the most characters of path and query together
 * @param parameters the most parameters
 */
public record RequestBounds(long address, int parameters) {

  /** Why the address is out of bounds; {@code query} may be null, both are as they were sent. */
  public Optional<Refusal> refusal(String path, String query) {
    String asked = query == null ? "" : query;
    if (path.length() + asked.length() > address) {
      return Optional.of(
          Refusal.of(
              ADDRESS_TOO_LONG,
              "Expected a path and query of at most %d characters together; found %d."
                  .formatted(address, path.length() + asked.length())));
    }
    long found = asked.isEmpty() ? 0 : 1 + asked.chars().filter(one -> one == '&').count();
    return found > parameters
        ? Optional.of(
            Refusal.of(
                TOO_MANY_PARAMETERS,
                "Expected at most %d parameters; found %d.".formatted(parameters, found)))
        : Optional.empty();
  }
}
