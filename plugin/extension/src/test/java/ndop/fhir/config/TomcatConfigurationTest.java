package ndop.fhir.config;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.catalina.valves.JsonAccessLogValve;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class TomcatConfigurationTest {

  /** Adds it where the extension no longer sees it coming. */
  @Configuration(proxyBeanMethods = false)
  static class JsonAccessLog {

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> jsonAccessLog() {
      return factory ->
          factory.addContextCustomizers(
              context -> context.getParent().getPipeline().addValve(new JsonAccessLogValve()));
    }
  }

  @Test
  void aHostWithAnAccessLogThatCannotBeMaskedDoesNotStart() {
    SpringApplicationBuilder host =
        new SpringApplicationBuilder(
                StockHost.class, HostScopeTest.Extension.class, JsonAccessLog.class)
            .properties(
                "server.port=0",
                "server.address=127.0.0.1",
                "host.fhir=/fhir",
                "logging.level.root=warn",
                "spring.main.banner-mode=off");
    assertThatThrownBy(host::run)
        .isInstanceOf(StartupFailureException.class)
        .hasMessageContaining(JsonAccessLogValve.class.getName());
  }
}
