package ndop.fhir.servlet;

import java.io.IOException;
import java.io.Writer;
import java.util.function.Supplier;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;

/**
 * Sends an OperationOutcome instead of Tomcat's HTML page for requests that Tomcat refuses before
 * any filter or servlet sees them, such as a URL that cannot be parsed (NDOP-134 to NDOP-137).
 *
 * @see SpineErrorFilter for errors that are dispatched within the application
 */
final class SpineErrorReportValve extends ErrorReportValve {

  private final Supplier<SpineErrorResponseFactory> responses;
  private final Supplier<CorsHeaders> cors;

  /** Takes suppliers, because Tomcat is created before most beans. */
  SpineErrorReportValve(Supplier<SpineErrorResponseFactory> responses, Supplier<CorsHeaders> cors) {
    this.responses = responses;
    this.cors = cors;
  }

  @Override
  protected void report(Request request, Response response, Throwable thrown) {
    if (response.getStatus() < 400
        || response.getContentWritten() > 0
        || !response.setErrorReported()) {
      return;
    }
    SpineErrorResponse error =
        responses.get().forStatus(response.getStatus(), request.getHeader("Accept"));
    cors.get().addTo(request, response);
    try {
      // It may differ from Tomcat's: 417 and 505, which no edition has, become 400.
      response.setStatus(error.status());
      response.setContentType(error.contentType());
      Writer writer = response.getReporter();
      if (writer != null) {
        writer.write(error.body());
        response.finishResponse();
      }
    } catch (IOException clientIsGone) {
      container.getLogger().debug("error body not written", clientIsGone);
    }
  }
}
