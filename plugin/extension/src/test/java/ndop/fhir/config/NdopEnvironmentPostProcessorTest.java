package ndop.fhir.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

class NdopEnvironmentPostProcessorTest {

  private final StandardEnvironment environment = new StandardEnvironment();

  @Test
  void overridesTheSettingsOfTheImage() {
    add("Config resource 'class path resource [application.yaml]'", "R4");

    process();

    assertThat(environment.getProperty("hapi.fhir.fhir_version")).isEqualTo("DSTU3");
  }

  @Test
  void yieldsToTheOperator() {
    add("Config resource 'class path resource [application.yaml]'", "R4");
    environment
        .getPropertySources()
        .addFirst(new MapPropertySource("operator", Map.of("hapi.fhir.fhir_version", "R5")));

    process();

    assertThat(environment.getProperty("hapi.fhir.fhir_version")).isEqualTo("R5");
  }

  @Test
  void appliesWithoutAConfigFile() {
    process();

    assertThat(environment.getProperty("hapi.fhir.fhir_version")).isEqualTo("DSTU3");
  }

  private void add(String name, String version) {
    environment
        .getPropertySources()
        .addLast(new MapPropertySource(name, Map.of("hapi.fhir.fhir_version", version)));
  }

  private void process() {
    new NdopEnvironmentPostProcessor().postProcessEnvironment(environment, new SpringApplication());
  }
}
