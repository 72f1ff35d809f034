package ndop.fhir.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
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

  @Test
  void aCommitOfH2IsInTheFileWhenItReturns() {
    database("jdbc:h2:file:./data/consents");

    process();

    assertThat(driverProperties()).containsEntry("WRITE_DELAY", "0");
    assertThat(driverProperties()).doesNotContainKey("socketTimeout");
  }

  @Test
  void whatTheUrlStatesIsLeftOut() {
    database("jdbc:h2:file:./data/consents;write_delay=100");

    process();

    assertThat(driverProperties()).doesNotContainKey("WRITE_DELAY");
  }

  @ParameterizedTest
  @CsvSource({
    "jdbc:h2:file:./a, jdbc:h2:file:./a;TRACE_LEVEL_FILE=0",
    "jdbc:h2:mem:a;WRITE_DELAY=0, jdbc:h2:mem:a;WRITE_DELAY=0;TRACE_LEVEL_FILE=0",
    "jdbc:h2:file:./a;trace_level_file=2, jdbc:h2:file:./a;trace_level_file=2",
    "jdbc:postgresql://localhost/a, jdbc:postgresql://localhost/a"
  })
  void theDatabaseWritesNoTraceFile(String stated, String used) {
    database(stated);

    process();

    assertThat(environment.getProperty("spring.datasource.url")).isEqualTo(used);
  }

  @Test
  void everyWaitForPostgresqlIsBounded() {
    database("jdbc:postgresql://database:5432/ndop?socketTimeout=60");

    process();

    assertThat(driverProperties()).containsEntry("connectTimeout", "3");
    assertThat(driverProperties()).doesNotContainKeys("WRITE_DELAY", "socketTimeout");
    assertThat(environment.getProperty("spring.datasource.hikari.connection-timeout"))
        .isEqualTo("3000");
  }

  private void database(String url) {
    environment
        .getPropertySources()
        .addFirst(new MapPropertySource("database", Map.of("spring.datasource.url", url)));
  }

  private Map<String, String> driverProperties() {
    return Binder.get(environment)
        .bind(
            "spring.datasource.hikari.data-source-properties",
            Bindable.mapOf(String.class, String.class))
        .orElseGet(Map::of);
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
