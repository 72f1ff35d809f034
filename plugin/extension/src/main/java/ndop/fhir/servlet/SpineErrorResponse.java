package ndop.fhir.servlet;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * The response to an error outside HAPI, ready to be written.
 *
 * @param status HTTP status
 * @param body the OperationOutcome, as JSON or XML
 * @param contentType the Content-Type of {@code body}
 */
record SpineErrorResponse(int status, String body, String contentType) {

  /** Writes status, Content-Type and body. */
  void writeTo(HttpServletResponse response) throws IOException {
    response.setStatus(status);
    response.setContentType(contentType);
    response.getWriter().write(body);
  }
}
