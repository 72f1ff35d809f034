package ndop.fhir.config;

import static java.util.Map.entry;

import java.util.Map;
import java.util.Objects;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.env.EnvironmentPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;

/**
 * Sets what a stock HAPI server must be told to be a server of this API. The settings stand above
 * the image's own {@code application.yaml} and below environment variables and the command line, so
 * an operator can still say otherwise.
 */
public final class NdopEnvironmentPostProcessor implements EnvironmentPostProcessor, Ordered {

  static final String SOURCE_NAME = "ndop-fhir";

  private static final String OWN_FILES_PREFIX = "Config resource";

  private static final Map<String, Object> DEFAULTS =
      Map.ofEntries(
          entry("hapi.fhir.fhir_version", "DSTU3"),
          entry("hapi.fhir.openapi_enabled", "false"),
          entry("hapi.fhir.narrative_enabled", "false"),
          entry("hapi.fhir.allow_external_references", "true"),
          entry("hapi.fhir.validation.requests_enabled", "false"),
          entry("hapi.fhir.validation.responses_enabled", "false"),
          entry("server.max-http-request-header-size", "16KB"),
          // What is left of a body is read by RequestLimitFilter, which knows a time limit.
          entry("server.tomcat.max-swallow-size", "0"),
          entry("server.tomcat.connection-timeout", "20s"),
          entry("server.error.include-stacktrace", "never"),
          // It logs the values of a row that breaks a constraint, such as an NHS number.
          entry("logging.level.org.hibernate.engine.jdbc.spi.SqlExceptionHelper", "off"),
          // HAPI logs every refusal of a hook with its stack trace.
          entry("logging.level.ca.uhn.fhir.interceptor.executor", "off"));

  @Override
  public void postProcessEnvironment(
      ConfigurableEnvironment environment, SpringApplication application) {
    MutablePropertySources sources = environment.getPropertySources();
    PropertySource<?> defaults = new MapPropertySource(SOURCE_NAME, DEFAULTS);
    sources.stream()
        .map(PropertySource::getName)
        .filter(name -> name.startsWith(OWN_FILES_PREFIX))
        .findFirst()
        .ifPresentOrElse(
            first -> sources.addBefore(Objects.requireNonNull(first), defaults),
            () -> sources.addLast(defaults));
  }

  /** After Spring Boot has read the application's own files. */
  @Override
  public int getOrder() {
    return Ordered.LOWEST_PRECEDENCE;
  }
}
