package ndop.fhir.servlet;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.catalina.Context;
import org.apache.catalina.Lifecycle;
import org.apache.catalina.LifecycleEvent;
import org.apache.catalina.Valve;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardHost;
import org.apache.catalina.startup.Tomcat;
import org.apache.catalina.valves.AccessLogValve;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.tomcat.util.descriptor.web.FilterMap;
import org.springframework.beans.BeanUtils;
import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;

/**
 * Makes Tomcat report its own errors through {@link SpineErrorReportValve}, call the extension's
 * filters before all others, leave TRACE to the interceptors, which refuse it like any other method
 * (Tomcat itself would send an empty response), ask for a body only when it is read, wait for no
 * client that neither sends nor takes any of one, and share its connections between clients. An
 * access log, if the operator has one, is masked like the log.
 */
public final class TomcatCustomizer
    implements WebServerFactoryCustomizer<TomcatServletWebServerFactory> {

  private final Supplier<SpineErrorResponseFactory> responses;
  private final Supplier<CorsHeaders> cors;
  private final Duration bodyTimeout;

  /**
   * Creates the customizer.
   *
   * @param responses a supplier, because Tomcat is created before most beans
   * @param cors a supplier for the same reason
   * @param bodyTimeout the time between two bytes of a body, sent or taken
   */
  public TomcatCustomizer(
      Supplier<SpineErrorResponseFactory> responses,
      Supplier<CorsHeaders> cors,
      Duration bodyTimeout) {
    this.responses = responses;
    this.cors = cors;
    this.bodyTimeout = bodyTimeout;
  }

  @Override
  public void customize(TomcatServletWebServerFactory factory) {
    factory.setProtocol(FairHttp11NioProtocol.class.getName());
    factory.setEngineValves(masked(factory.getEngineValves()));
    factory.setContextValves(masked(factory.getContextValves()));
    factory.addConnectorCustomizers(this::customize);
    factory.addContextCustomizers(
        context -> {
          context.addLifecycleListener(TomcatCustomizer::moveOwnFiltersToFront);
          if (context.getParent() instanceof StandardHost host) {
            // Without a class name Tomcat creates no valve of its own and keeps this one.
            host.setErrorReportValveClass(null);
            host.getPipeline().addValve(new SpineErrorReportValve(responses, cors));
          }
        });
  }

  /**
   * The access logs of a server that are written unmasked, by their classes: those that were no
   * plain {@link AccessLogValve} when Tomcat was configured.
   */
  public static List<String> unmaskedAccessLogs(Tomcat tomcat) {
    return MaskingAccessLogValve.unmaskedIn(tomcat.getEngine()).distinct().toList();
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

  /**
   * Once the context has started, and so every filter is registered. Spring Boot cannot promise it:
   * among filters of the highest precedence, those of the host may be first.
   */
  private static void moveOwnFiltersToFront(LifecycleEvent event) {
    if (event.getType().equals(Lifecycle.AFTER_START_EVENT)
        && event.getLifecycle() instanceof Context context) {
      Map<Boolean, List<FilterMap>> filters =
          Arrays.stream(context.findFilterMaps())
              .collect(
                  Collectors.partitioningBy(
                      filter -> filter.getFilterName().startsWith(FilterOrder.NAME_PREFIX)));
      filters.get(false).forEach(context::removeFilterMap);
      filters.get(false).forEach(context::addFilterMap);
    }
  }

  private static List<Valve> masked(Collection<Valve> valves) {
    return valves.stream().map(TomcatCustomizer::masked).toList();
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
