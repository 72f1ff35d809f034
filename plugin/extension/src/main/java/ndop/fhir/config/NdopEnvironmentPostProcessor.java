package ndop.fhir.config;

import static java.util.Map.entry;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import ndop.fhir.store.H2Url;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.env.EnvironmentPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;

/**
 * Sets the properties that turn a stock HAPI server into a server for this API. They take
 * precedence over the image's own {@code application.yaml} but not over environment variables and
 * the command line, so that an operator can override them.
 */
public final class NdopEnvironmentPostProcessor implements EnvironmentPostProcessor, Ordered {

  static final String SOURCE_NAME = "ndop-fhir";

  private static final String CONFIG_FILE_PREFIX = "Config resource";
  private static final String DATABASE_URL = "spring.datasource.url";
  private static final String TRACE_LEVEL = "TRACE_LEVEL_FILE";

  private static final Map<String, Object> DEFAULTS =
      Map.ofEntries(
          entry("hapi.fhir.fhir_version", "DSTU3"),
          entry("hapi.fhir.openapi_enabled", "false"),
          entry("hapi.fhir.narrative_enabled", "false"),
          entry("hapi.fhir.allow_external_references", "true"),
          entry("hapi.fhir.validation.requests_enabled", "false"),
          entry("hapi.fhir.validation.responses_enabled", "false"),
          // Anyone may ask the health probes; they are to name no part of the server.
          entry("management.endpoint.health.show-components", "never"),
          entry("management.endpoint.health.show-details", "never"),
          entry("server.max-http-request-header-size", "16KB"),
          // An answer may repeat what was asked: an origin, and the names of headers.
          entry("server.tomcat.max-http-response-header-size", "32KB"),
          // LingeringClose reads the rest of a body that is refused, without a thread for it.
          entry("server.tomcat.max-swallow-size", "0"),
          // More than ndop.max-arriving and ndop.max-at-once together.
          entry("server.tomcat.threads.max", "400"),
          entry("server.tomcat.connection-timeout", "20s"),
          entry("server.error.include-stacktrace", "never"),
          // Logs the values of a row that violates a constraint, such as an NHS number.
          entry("logging.level.org.hibernate.engine.jdbc.spi.SqlExceptionHelper", "off"),
          // Logs a code that a terminology does not know, whatever a caller has sent as one.
          entry("logging.level.ca.uhn.fhir.log.terminology_troubleshooting", "off"),
          // Logs the stack trace of every exception that an interceptor throws.
          entry("logging.level.ca.uhn.fhir.interceptor.executor", "off"));

  @Override
  public void postProcessEnvironment(
      ConfigurableEnvironment environment, SpringApplication application) {
    MutablePropertySources sources = environment.getPropertySources();
    Map<String, Object> properties = new HashMap<>(DEFAULTS);
    properties.putAll(StoreDefaults.forUrl(environment.getProperty(DATABASE_URL, "")));
    PropertySource<?> defaults = new MapPropertySource(SOURCE_NAME, properties);
    sources.stream()
        .map(PropertySource::getName)
        .filter(name -> name.startsWith(CONFIG_FILE_PREFIX))
        .findFirst()
        .ifPresentOrElse(
            first -> sources.addBefore(Objects.requireNonNull(first), defaults),
            () -> sources.addLast(defaults));
    disableTraceFile(environment);
  }

  /**
   * H2 would write a file beside the database, with every statement that fails and its values, past
   * any log. A URL that sets its level itself is left alone.
   */
  private static void disableTraceFile(ConfigurableEnvironment environment) {
    String url = environment.getProperty(DATABASE_URL);
    if (url != null && H2Url.matches(url) && !url.toUpperCase(Locale.ROOT).contains(TRACE_LEVEL)) {
      environment
          .getPropertySources()
          .addFirst(
              new MapPropertySource(
                  SOURCE_NAME + "-database",
                  Map.of(DATABASE_URL, "%s;%s=0".formatted(url, TRACE_LEVEL))));
    }
  }

  /** Last, after Spring Boot has read the application's own files. */
  @Override
  public int getOrder() {
    return Ordered.LOWEST_PRECEDENCE;
  }
}
