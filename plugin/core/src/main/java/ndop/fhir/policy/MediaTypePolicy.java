package ndop.fhir.policy;

import static ndop.fhir.policy.Situation.UNACCEPTABLE_MEDIA_TYPE;
import static ndop.fhir.policy.Situation.UNSUPPORTED_MEDIA_TYPE;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

/**
 * Decides which media types are understood (NDOP-177 to NDOP-181): those of FHIR STU3, the older
 * names of DSTU2 and the generic ones of JSON and XML.
 */
public final class MediaTypePolicy {

  /** In the order in which they are preferred if all are as welcome. */
  private static final List<MediaType> SUPPORTED =
      List.of(
          MediaType.valueOf("application/fhir+json"),
          MediaType.valueOf("application/json+fhir"),
          MediaType.valueOf("application/json"),
          MediaType.valueOf("text/json"),
          MediaType.valueOf("application/fhir+xml"),
          MediaType.valueOf("application/xml+fhir"),
          MediaType.valueOf("application/xml"),
          MediaType.valueOf("text/xml"));

  private static final Set<String> SHORT_NAMES = Set.of("json", "xml");

  private MediaTypePolicy() {}

  /** The reason if no response type suits the client; empty if one does. */
  public static Optional<Outcome> answerRefusal(String format, String accept) {
    boolean acceptable =
        format == null
            ? accept == null || accept.isBlank() || accepted(accept).isPresent()
            : format.isBlank() || formatted(format).isPresent();
    return acceptable
        ? Optional.empty()
        : Optional.of(
            Outcome.of(
                UNACCEPTABLE_MEDIA_TYPE,
                "Answers are application/fhir+json or application/fhir+xml; "
                    + (format == null ? "Accept" : "_format")
                    + " asks for another type."));
  }

  /**
   * The type to answer in: what the client accepts, else that of its body, else JSON. Types are
   * compared without regard to case (RFC 9110, section 8.3.1), the most specific range says how
   * welcome a type is (section 12.5.1), and JSON is preferred to what is as welcome.
   */
  public static String answerType(String accept, String contentType) {
    return Optional.ofNullable(accept)
        .flatMap(MediaTypePolicy::accepted)
        .or(() -> Optional.ofNullable(contentType).flatMap(MediaTypePolicy::supported))
        .orElse(SUPPORTED.get(0))
        .toString();
  }

  /** The type that {@code _format} names, or its short name; empty if it is not supported. */
  public static Optional<String> formatted(String format) {
    String lowerCase = format.strip().toLowerCase(Locale.ROOT);
    return SHORT_NAMES.contains(lowerCase)
        ? Optional.of(lowerCase)
        // The plus of application/fhir+json may arrive as a blank in a URL.
        : supported(lowerCase.replace(' ', '+')).map(MediaType::toString);
  }

  private static Optional<MediaType> accepted(String accept) {
    List<MediaType> ranges = types(accept);
    return SUPPORTED.stream()
        .filter(type -> welcome(type, ranges) > 0)
        .max(Comparator.comparingDouble(type -> welcome(type, ranges) - preference(type)));
  }

  /** Less than the difference between any two weights, which have three digits. */
  private static double preference(MediaType type) {
    return SUPPORTED.indexOf(type) / 100_000.0;
  }

  private static double welcome(MediaType type, List<MediaType> ranges) {
    return ranges.stream()
        .filter(range -> range.includes(type))
        .max(Comparator.comparingInt(MediaTypePolicy::specificity))
        .map(MediaType::getQualityValue)
        .orElse(0.0);
  }

  private static int specificity(MediaType range) {
    return range.isWildcardType() ? 0 : range.isWildcardSubtype() ? 1 : 2;
  }

  /** The supported type that the text names, without its parameters; empty if it is none. */
  private static Optional<MediaType> supported(String text) {
    List<MediaType> named = types(text);
    return SUPPORTED.stream()
        .filter(type -> named.size() == 1 && named.get(0).equalsTypeAndSubtype(type))
        .findFirst();
  }

  /** The reason for refusing a body of this Content-Type; empty if it is accepted. */
  public static Optional<Outcome> bodyRefusal(String contentType) {
    List<MediaType> types = contentType == null ? List.of() : types(contentType);
    if (types.size() != 1 || SUPPORTED.stream().noneMatch(types.get(0)::equalsTypeAndSubtype)) {
      return Optional.of(
          Outcome.of(
              UNSUPPORTED_MEDIA_TYPE,
              "Expected a body with Content-Type application/fhir+json or application/fhir+xml; "
                  + (contentType == null ? "found none." : "found another type.")));
    }
    return charsetIsUtf8(types.get(0))
        ? Optional.empty()
        : Optional.of(
            Outcome.of(UNSUPPORTED_MEDIA_TYPE, "Expected a body in UTF-8; found another charset."));
  }

  /** Whether a body of this Content-Type is XML; otherwise it is JSON. */
  public static boolean isXml(String contentType) {
    return types(contentType).get(0).getSubtype().contains("xml");
  }

  private static boolean charsetIsUtf8(MediaType type) {
    try {
      return type.getCharset() == null
          || type.getCharset().equals(StandardCharsets.UTF_8)
          || type.getCharset().equals(StandardCharsets.US_ASCII);
    } catch (IllegalArgumentException unknownCharset) {
      return false;
    }
  }

  private static List<MediaType> types(String header) {
    try {
      return MediaType.parseMediaTypes(header);
    } catch (InvalidMediaTypeException malformed) {
      return List.of();
    }
  }
}
