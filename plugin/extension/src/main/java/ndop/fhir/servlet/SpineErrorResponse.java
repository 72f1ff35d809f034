package ndop.fhir.servlet;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import org.springframework.http.HttpHeaders;

/**
 * The response to an error outside HAPI, ready to be written.
 *
 * @param status HTTP status
 * @param body the OperationOutcome, as JSON or XML
 * @param contentType the Content-Type of {@code body}
 * @param secondsToRetry after how many seconds the request may be repeated; empty: not at all
 */
record SpineErrorResponse(int status, String body, String contentType, OptionalInt secondsToRetry) {

  /** Writes status, Content-Type, Content-Length, Retry-After and body. */
  void writeTo(HttpServletResponse response) throws IOException {
    response.setStatus(status);
    response.setContentType(contentType);
    secondsToRetry.ifPresent(
        seconds -> response.setHeader(HttpHeaders.RETRY_AFTER, String.valueOf(seconds)));
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    response.setContentLength(bytes.length);
    response.getOutputStream().write(bytes);
  }
}
