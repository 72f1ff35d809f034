package ndop.fhir.servlet;

import java.io.IOException;
import java.io.Writer;
import java.util.function.Supplier;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.core.StandardHost;
import org.apache.catalina.valves.ErrorReportValve;
import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;

/**
 * Answers what Tomcat refuses before any servlet or filter sees it, such as a URL that it cannot
 * parse, with an outcome in place of its HTML page.
 */
public final class TomcatErrorsInSpineForm
    implements WebServerFactoryCustomizer<TomcatServletWebServerFactory> {

  private final Supplier<OutcomeBodies> bodies;

  /** Takes a supplier: the container is made before most beans. */
  public TomcatErrorsInSpineForm(Supplier<OutcomeBodies> bodies) {
    this.bodies = bodies;
  }

  @Override
  public void customize(TomcatServletWebServerFactory factory) {
    // TRACE goes to HAPI's hooks like any other method, instead of an empty answer by Tomcat.
    factory.addConnectorCustomizers(connector -> connector.setAllowTrace(true));
    factory.addContextCustomizers(
        context -> {
          if (context.getParent() instanceof StandardHost host) {
            // The host makes a valve of a class by name and then keeps an own one if it is there.
            host.setErrorReportValveClass(null);
            host.getPipeline().addValve(new Valve(bodies));
          }
        });
  }

  private static final class Valve extends ErrorReportValve {

    private final Supplier<OutcomeBodies> bodies;

    Valve(Supplier<OutcomeBodies> bodies) {
      this.bodies = bodies;
    }

    @Override
    protected void report(Request request, Response response, Throwable thrown) {
      if (response.getStatus() < 400
          || response.getContentWritten() > 0
          || !response.setErrorReported()) {
        return;
      }
      OutcomeBodies.Body body = bodies.get().of(response.getStatus(), request.getHeader("Accept"));
      try {
        // Such as 400 for 417 or 505, which no edition knows.
        response.setStatus(body.status());
        response.setContentType(body.mediaType());
        Writer writer = response.getReporter();
        if (writer != null) {
          writer.write(body.text());
          response.finishResponse();
        }
      } catch (IOException clientIsGone) {
        container.getLogger().debug("error body not written", clientIsGone);
      }
    }
  }
}
