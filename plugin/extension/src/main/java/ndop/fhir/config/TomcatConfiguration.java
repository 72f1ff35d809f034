package ndop.fhir.config;

import ndop.fhir.servlet.CorsHeaders;
import ndop.fhir.servlet.SpineErrorResponseFactory;
import ndop.fhir.servlet.TomcatCustomizer;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.web.context.WebServerApplicationContext;
import org.springframework.boot.web.embedded.tomcat.TomcatWebServer;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Configures the servlet container if it is Tomcat. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(name = "org.apache.catalina.startup.Tomcat")
class TomcatConfiguration {

  @Bean
  TomcatCustomizer ndopTomcatCustomizer(
      ObjectProvider<SpineErrorResponseFactory> responses, ObjectProvider<CorsHeaders> cors) {
    return new TomcatCustomizer(responses::getObject, cors::getObject, NdopProperties.GRACE);
  }

  /** Runs when the server has been set up, by whomever, and before it takes connections. */
  @Bean
  SmartInitializingSingleton ndopAccessLogCheck(ApplicationContext context) {
    return () -> {
      if (context instanceof WebServerApplicationContext host
          && host.getWebServer() instanceof TomcatWebServer server) {
        HostRequirements.requireMaskedAccessLogs(
            TomcatCustomizer.unmaskedAccessLogs(server.getTomcat()));
      }
    };
  }
}
