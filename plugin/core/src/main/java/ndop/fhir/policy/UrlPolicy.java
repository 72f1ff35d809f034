package ndop.fhir.policy;

import static ndop.fhir.policy.Situation.ADDRESS_TOO_LONG;
import static ndop.fhir.policy.Situation.MALFORMED_REQUEST;
import static ndop.fhir.policy.Situation.TOO_MANY_PARAMETERS;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How long the address of a request may be, and how many parameters it may have. Its path is
 * percent-encoded once: what HAPI decodes a second time would be another path, or none. Its query
 * is percent-encoded rightly: what is not, Tomcat leaves out and HAPI fails on.
 *
 * @param address the most characters of path and query together
 * @param parameters the most parameters
 */
public record UrlPolicy(long address, int parameters) {

  private static final String PERCENT = "%25";
  private static final Pattern HALF_ENCODED = Pattern.compile("%(?![0-9A-Fa-f]{2})");

  /** Why the address is out of bounds; {@code query} may be null, both are as they were sent. */
  public Optional<Outcome> refusal(String path, String query) {
    String asked = query == null ? "" : query;
    if (path.contains(PERCENT)) {
      return Optional.of(
          Outcome.of(
              MALFORMED_REQUEST, "Expected a path without percent signs; found an encoded one."));
    }
    if (HALF_ENCODED.matcher(asked).find()) {
      return Optional.of(
          Outcome.of(
              MALFORMED_REQUEST,
              "Expected two hexadecimal digits after each percent sign of the query; found none."));
    }
    if (path.length() + asked.length() > address) {
      return Optional.of(
          Outcome.of(
              ADDRESS_TOO_LONG,
              "Expected a path and query of at most %d characters together; found %d."
                  .formatted(address, path.length() + asked.length())));
    }
    long found = asked.isEmpty() ? 0 : 1 + asked.chars().filter(one -> one == '&').count();
    return found > parameters
        ? Optional.of(
            Outcome.of(
                TOO_MANY_PARAMETERS,
                "Expected at most %d parameters; found %d.".formatted(parameters, found)))
        : Optional.empty();
  }
}
