package ndop.fhir.policy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A JSON Web Token as it was sent (NDOP-153). Nothing in it is verified.
 *
 * @param text the three parts with the dots between them
 * @param head the first part
 * @param claims the second part
 */
public record Token(String text, JsonNode head, JsonNode claims) {

  private static final Pattern BEARER = Pattern.compile("(?i:Bearer) +(\\S+) *");

  /** Base64url without padding (RFC 7515, section 2); a decoder would accept more. */
  private static final Pattern BASE64URL = Pattern.compile("[A-Za-z0-9_-]*");

  /** Names extensions that must be understood (RFC 7515, section 4.1.11); there are none here. */
  private static final String CRITICAL = "crit";

  private static final int PARTS = 3;

  /** Strict: given two claims with the same name, readers might use either. */
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** The header has no token; the message says what was expected. */
  public static final class MalformedException extends Exception {

    private static final long serialVersionUID = 1L;

    MalformedException(String message) {
      super(message);
    }
  }

  /**
   * Parses the value of a header.
   *
   * @throws MalformedException it is not "Bearer" and three parts in base64url, the first two JSON
   *     objects, or it has extensions that must be understood
   */
  public static Token of(String header) throws MalformedException {
    Matcher bearer = BEARER.matcher(header);
    if (!bearer.matches()) {
      throw new MalformedException("expected 'Bearer' and a JSON Web Token; found another scheme.");
    }
    String text = bearer.group(1);
    String[] parts = text.split("\\.", -1);
    if (parts.length != PARTS) {
      throw new MalformedException(
          "expected a JSON Web Token of %d parts with dots between; found %d."
              .formatted(PARTS, parts.length));
    }
    if (!BASE64URL.matcher(parts[2]).matches()) {
      throw new MalformedException(
          "expected the token's signature in base64url; found something else.");
    }
    JsonNode head = object(parts[0], "header");
    if (head.has(CRITICAL)) {
      throw new MalformedException(
          "expected no critical extension in the token's header; found crit.");
    }
    return new Token(text, head, object(parts[1], "payload"));
  }

  /** The text of a claim; empty if it is missing, null or not a string. */
  public Optional<String> text(String claim) {
    return Optional.ofNullable(claims.get(claim)).filter(JsonNode::isTextual).map(JsonNode::asText);
  }

  private static JsonNode object(String part, String name) throws MalformedException {
    try {
      if (!BASE64URL.matcher(part).matches()) {
        throw new IllegalArgumentException(part);
      }
      ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(part));
      JsonNode node = JSON.readTree(StandardCharsets.UTF_8.newDecoder().decode(bytes).toString());
      if (node != null && node.isObject()) {
        return node;
      }
    } catch (IllegalArgumentException | CharacterCodingException | JsonProcessingException no) {
      // Reported below: the parser's own message would quote the token.
    }
    throw new MalformedException(
        "expected the token's %s to be a JSON object in base64url; found something else."
            .formatted(name));
  }
}
