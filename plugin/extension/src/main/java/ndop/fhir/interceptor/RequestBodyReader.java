package ndop.fhir.interceptor;

import ca.uhn.fhir.rest.api.Constants;
import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import ndop.fhir.outcome.SpineOutcomeFactory;
import ndop.fhir.policy.Outcome;
import ndop.fhir.policy.Situation;

/**
 * Reads the body of a request once, as UTF-8 and within a size limit, which also applies to the
 * decompressed body.
 */
final class RequestBodyReader {

  private final int limit;
  private final SpineOutcomeFactory outcomes;

  RequestBodyReader(int limit, SpineOutcomeFactory outcomes) {
    this.limit = limit;
    this.outcomes = outcomes;
  }

  /** Returns the body as text without a byte order mark; HAPI gets the same bytes. */
  String read(ServletRequestDetails request) {
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
      byte[] bytes = body.readNBytes(limit + 1);
      if (bytes.length > limit) {
        throw outcomes.exception(
            Situation.BODY_TOO_LARGE,
            "Expected a body of at most %d bytes; found more.".formatted(limit));
      }
      return bytes;
    } catch (InterruptedIOException timeout) {
      throw outcomes.exception(
          Situation.REQUEST_TOO_SLOW,
          "The body did not arrive in the time that a request may take.");
    } catch (IOException unreadable) {
      throw outcomes.exception(
          Situation.UNREADABLE_BODY,
          "The body ended early or is not what its Content-Encoding says.");
    }
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
