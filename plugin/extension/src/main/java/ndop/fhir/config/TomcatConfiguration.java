package ndop.fhir.config;

import ndop.fhir.servlet.SpineErrorResponseFactory;
import ndop.fhir.servlet.TomcatCustomizer;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Configures the servlet container if it is Tomcat. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(name = "org.apache.catalina.startup.Tomcat")
class TomcatConfiguration {

  @Bean
  TomcatCustomizer ndopTomcatCustomizer(ObjectProvider<SpineErrorResponseFactory> responses) {
    return new TomcatCustomizer(responses::getObject, NdopProperties.GRACE);
  }
}
