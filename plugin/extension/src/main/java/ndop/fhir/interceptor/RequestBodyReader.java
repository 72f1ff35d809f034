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

/** Reads a body once, as UTF-8 and within a bound that also holds for what gzip makes of it. */
final class RequestBodyReader {

  private final int bound;
  private final SpineOutcomeFactory outcomes;

  RequestBodyReader(int bound, SpineOutcomeFactory outcomes) {
    this.bound = bound;
    this.outcomes = outcomes;
  }

  /** The body as text; HAPI gets the same bytes. */
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
      byte[] bytes = body.readNBytes(bound + 1);
      if (bytes.length > bound) {
        throw outcomes.exception(
            Situation.BODY_TOO_LARGE,
            "Expected a body of at most %d bytes; found more.".formatted(bound));
      }
      return bytes;
    } catch (InterruptedIOException slow) {
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
