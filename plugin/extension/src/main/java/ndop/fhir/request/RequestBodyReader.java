package ndop.fhir.request;

import ca.uhn.fhir.rest.api.Constants;
import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import ndop.fhir.outcome.SpineOutcomeFactory;
import ndop.fhir.policy.BodySizePolicy;
import ndop.fhir.policy.Outcome;
import ndop.fhir.policy.Situation;

/**
 * Reads the body of a request once, as UTF-8 and within a size limit, which applies to the
 * decompressed body.
 */
public final class RequestBodyReader {

  private final BodySizePolicy sizes;
  private final SpineOutcomeFactory outcomes;

  public RequestBodyReader(BodySizePolicy sizes, SpineOutcomeFactory outcomes) {
    this.sizes = sizes;
    this.outcomes = outcomes;
  }

  /** Returns the body as text without a byte order mark; HAPI gets the same bytes. */
  public String read(ServletRequestDetails request) {
    byte[] bytes = bytes(request);
    request.setRequestContents(bytes);
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return text.startsWith("\uFEFF") ? text.substring(1) : text;
    } catch (CharacterCodingException notUtf8) {
      throw outcomes.exception(
          Situation.UNREADABLE_BODY, "Expected a body in UTF-8; found bytes that are not.");
    }
  }

  private byte[] bytes(ServletRequestDetails request) {
    try (InputStream raw = request.getServletRequest().getInputStream();
        InputStream body = decoded(raw, request.getHeader(Constants.HEADER_CONTENT_ENCODING))) {
      byte[] bytes = body.readNBytes(sizes.limit() + 1);
      sizes.refusal(bytes.length).ifPresent(this::refuse);
      return bytes;
    } catch (IOException unreadable) {
      throw outcomes.exception(
          Situation.UNREADABLE_BODY,
          "The body ended early or is not what its Content-Encoding says.");
    }
  }

  private void refuse(Outcome refusal) {
    throw outcomes.exception(refusal);
  }

  private InputStream decoded(InputStream raw, String encoding) throws IOException {
    if (encoding == null || encoding.isBlank()) {
      return raw;
    }
    return switch (encoding.strip().toLowerCase(Locale.ROOT)) {
      case "identity" -> raw;
      case "gzip" -> new GZIPInputStream(raw);
      default ->
          throw outcomes.exception(
              Outcome.of(
                  Situation.UNSUPPORTED_MEDIA_TYPE,
                  "Expected a body without Content-Encoding or with gzip; found another."));
    };
  }
}
