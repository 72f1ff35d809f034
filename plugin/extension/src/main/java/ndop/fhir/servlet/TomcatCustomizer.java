package ndop.fhir.servlet;

import java.time.Duration;
import java.util.function.Supplier;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardHost;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;

/**
 * Makes Tomcat report its own errors through {@link SpineErrorReportValve}, leave TRACE to the
 * interceptors, which refuse it like any other method (Tomcat itself would send an empty response),
 * ask for a body only when it is read, wait for no client that neither sends nor takes any of one,
 * and share its connections between clients.
 */
public final class TomcatCustomizer
    implements WebServerFactoryCustomizer<TomcatServletWebServerFactory> {

  private final Supplier<SpineErrorResponseFactory> responses;
  private final Duration bodyTimeout;

  /**
   * Creates the customizer.
   *
   * @param responses a supplier, because Tomcat is created before most beans
   * @param bodyTimeout the time between two bytes of a body, sent or taken
   */
  public TomcatCustomizer(Supplier<SpineErrorResponseFactory> responses, Duration bodyTimeout) {
    this.responses = responses;
    this.bodyTimeout = bodyTimeout;
  }

  @Override
  public void customize(TomcatServletWebServerFactory factory) {
    factory.setProtocol(FairHttp11NioProtocol.class.getName());
    factory.addConnectorCustomizers(this::customize);
    factory.addContextCustomizers(
        context -> {
          if (context.getParent() instanceof StandardHost host) {
            // Without a class name Tomcat creates no valve of its own and keeps this one.
            host.setErrorReportValveClass(null);
            host.getPipeline().addValve(new SpineErrorReportValve(responses));
          }
        });
  }

  private void customize(Connector connector) {
    connector.setAllowTrace(true);
    if (connector.getProtocolHandler() instanceof AbstractHttp11Protocol<?> protocol) {
      // A body that is refused by its length need not be sent.
      protocol.setContinueResponseTiming("onRead");
      protocol.setDisableUploadTimeout(false);
      protocol.setConnectionUploadTimeout(Math.toIntExact(bodyTimeout.toMillis()));
    }
    if (connector.getProtocolHandler() instanceof FairHttp11NioProtocol protocol) {
      protocol.setWriteTimeout(bodyTimeout);
    }
  }
}
