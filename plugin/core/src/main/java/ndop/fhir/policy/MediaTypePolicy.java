package ndop.fhir.policy;

import static ndop.fhir.policy.Situation.UNACCEPTABLE_MEDIA_TYPE;
import static ndop.fhir.policy.Situation.UNSUPPORTED_MEDIA_TYPE;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

/**
 * Decides which media types are understood (NDOP-177 to NDOP-181): those of FHIR STU3, the older
 * names of DSTU2 and the generic ones of JSON and XML.
 */
public final class MediaTypePolicy {

  private static final List<MediaType> SUPPORTED =
      List.of(
          MediaType.valueOf("application/fhir+json"),
          MediaType.valueOf("application/fhir+xml"),
          MediaType.valueOf("application/json+fhir"),
          MediaType.valueOf("application/xml+fhir"),
          MediaType.valueOf("application/json"),
          MediaType.valueOf("application/xml"),
          MediaType.valueOf("text/json"),
          MediaType.valueOf("text/xml"));

  private static final Set<String> SHORT_NAMES = Set.of("json", "xml");

  private MediaTypePolicy() {}

  /** The reason if no response type suits the client; empty if one does. */
  public static Optional<Outcome> answerRefusal(String format, String accept) {
    String asked = format == null ? accept : format;
    if (asked == null || asked.isBlank() || (format != null && SHORT_NAMES.contains(format))) {
      return Optional.empty();
    }
    // The plus of application/fhir+json may arrive as a blank in a URL.
    boolean acceptable =
        types(format == null ? asked : asked.replace(' ', '+')).stream()
            .anyMatch(range -> SUPPORTED.stream().anyMatch(range::includes));
    return acceptable
        ? Optional.empty()
        : Optional.of(
            Outcome.of(
                UNACCEPTABLE_MEDIA_TYPE,
                "Answers are application/fhir+json or application/fhir+xml; "
                    + (format == null ? "Accept" : "_format")
                    + " asks for another type."));
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
