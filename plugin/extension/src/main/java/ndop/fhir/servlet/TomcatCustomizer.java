package ndop.fhir.servlet;

import java.util.function.Supplier;
import org.apache.catalina.core.StandardHost;
import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;

/**
 * Makes Tomcat report its own errors through {@link SpineErrorReportValve}, and leave TRACE to the
 * interceptors, which refuse it like any other method; Tomcat itself would send an empty response.
 */
public final class TomcatCustomizer
    implements WebServerFactoryCustomizer<TomcatServletWebServerFactory> {

  private final Supplier<SpineErrorResponseFactory> responses;

  /** Takes a supplier, because Tomcat is created before most beans. */
  public TomcatCustomizer(Supplier<SpineErrorResponseFactory> responses) {
    this.responses = responses;
  }

  @Override
  public void customize(TomcatServletWebServerFactory factory) {
    factory.addConnectorCustomizers(connector -> connector.setAllowTrace(true));
    factory.addContextCustomizers(
        context -> {
          if (context.getParent() instanceof StandardHost host) {
            // Without a class name Tomcat creates no valve of its own and keeps this one.
            host.setErrorReportValveClass(null);
            host.getPipeline().addValve(new SpineErrorReportValve(responses));
          }
        });
  }
}
