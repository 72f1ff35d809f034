package ndop.fhir.config;

import java.util.Map;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** Properties as Spring Boot binds them. */
final class PropertiesFixtures {

  private PropertiesFixtures() {}

  /** The properties with {@code settings}, by their full names, in place of the defaults. */
  static NdopProperties bind(Map<String, String> settings) {
    return new Binder(new MapConfigurationPropertySource(settings))
        .bindOrCreate("ndop", NdopProperties.class);
  }
}
