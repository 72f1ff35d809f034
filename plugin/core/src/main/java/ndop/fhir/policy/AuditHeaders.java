package ndop.fhir.policy;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import ndop.fhir.edition.Edition;

/**
 * The audit headers of a request. Each may have several names; the first one present is used
 * (NDOP-172, NDOP-176).
 *
 * @param token the token, with its scheme
 * @param trace the id of the trace
 * @param from the calling system
 * @param to the called system
 * @param interaction the id of the interaction
 * @param repeated the names of headers that are repeated with different values
 */
public record AuditHeaders(
    Optional<String> token,
    Optional<String> trace,
    Optional<String> from,
    Optional<String> to,
    Optional<String> interaction,
    List<String> repeated) {

  /**
   * Reads the headers; {@code values} returns all values of a header, ignoring the case of its
   * name.
   */
  public static AuditHeaders of(Edition edition, Function<String, List<String>> values) {
    Edition.Headers names = edition.audit().headers();
    List<String> repeated =
        List.of(names.token(), names.trace(), names.from(), names.to(), names.interaction())
            .stream()
            .flatMap(List::stream)
            .distinct()
            .filter(name -> values.apply(name).stream().distinct().count() > 1)
            .toList();
    return new AuditHeaders(
        first(names.token(), values),
        first(names.trace(), values),
        first(names.from(), values),
        first(names.to(), values),
        first(names.interaction(), values),
        repeated);
  }

  private static Optional<String> first(List<String> names, Function<String, List<String>> values) {
    return names.stream()
        .flatMap(name -> values.apply(name).stream())
        .map(String::strip)
        .findFirst();
  }
}
