package ndop.fhir.policy;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import ndop.fhir.edition.Edition;

/**
 * The audit headers of a request. Each may have several names (NDOP-172, NDOP-176), under all of
 * which it must have the same value: a proxy in front of the server may have read another name.
 *
 * @param token the token, with its scheme
 * @param trace the id of the trace
 * @param from the calling system
 * @param to the called system
 * @param interaction the id of the interaction
 * @param conflictingToken the names under which different tokens were sent; empty if there is at
 *     most one token
 * @param conflicting for each other header that was sent with different values, its names
 */
public record AuditHeaders(
    Optional<String> token,
    Optional<String> trace,
    Optional<String> from,
    Optional<String> to,
    Optional<String> interaction,
    List<String> conflictingToken,
    List<List<String>> conflicting) {

  /** An ordinary header of HTTP as well (RFC 9110), where it holds an address of e-mail. */
  private static final String HTTP_FROM = "From";

  /**
   * Reads the headers; {@code values} returns all values of a header, ignoring the case of its
   * name.
   */
  public static AuditHeaders of(Edition edition, Function<String, List<String>> values) {
    Edition.Headers names = edition.audit().headers();
    return new AuditHeaders(
        first(names.token(), values),
        first(names.trace(), values),
        first(names.from(), values),
        first(names.to(), values),
        first(names.interaction(), values),
        conflicting(names.token(), values),
        Stream.of(names.trace(), names.from(), names.to(), names.interaction())
            .map(meaning -> conflicting(meaning, values))
            .filter(found -> !found.isEmpty())
            .toList());
  }

  /** Without names that were not sent; empty if all values are the same. */
  private static List<String> conflicting(
      List<String> names, Function<String, List<String>> values) {
    List<String> sent =
        names.stream()
            .filter(name -> !name.equals(HTTP_FROM) || name.equals(names.get(0)))
            .filter(name -> !values.apply(name).isEmpty())
            .toList();
    long different =
        sent.stream()
            .flatMap(name -> values.apply(name).stream())
            .map(String::strip)
            .distinct()
            .count();
    return different > 1 ? sent : List.of();
  }

  private static Optional<String> first(List<String> names, Function<String, List<String>> values) {
    return names.stream()
        .flatMap(name -> values.apply(name).stream())
        .map(String::strip)
        .findFirst();
  }
}
