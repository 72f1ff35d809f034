package ndop.fhir.servlet;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * The response to an error outside HAPI, ready to be written.
 *
 * @param status HTTP status
 * @param body the OperationOutcome, as JSON or XML
 * @param contentType the Content-Type of {@code body}
 */
record SpineErrorResponse(int status, String body, String contentType) {

  /** Writes status, Content-Type, Content-Length and body. */
  void writeTo(HttpServletResponse response) throws IOException {
    response.setStatus(status);
    response.setContentType(contentType);
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    response.setContentLength(bytes.length);
    response.getOutputStream().write(bytes);
  }
}
