package ndop.fhir.servlet;

import java.util.function.Supplier;
import org.apache.catalina.Valve;
import org.apache.catalina.core.StandardHost;
import org.apache.catalina.valves.AccessLogValve;
import org.springframework.beans.BeanUtils;
import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;

/**
 * Makes Tomcat report its own errors through {@link SpineErrorReportValve}, and leave TRACE to the
 * interceptors, which refuse it like any other method; Tomcat itself would send an empty response.
 * An access log, if the operator has one, is masked like the log.
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
    factory.setEngineValves(
        factory.getEngineValves().stream().map(TomcatCustomizer::masked).toList());
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

  private static Valve masked(Valve valve) {
    if (valve.getClass() != AccessLogValve.class) {
      return valve;
    }
    AccessLogValve masking = new MaskingAccessLogValve();
    BeanUtils.copyProperties(valve, masking);
    return masking;
  }
}
