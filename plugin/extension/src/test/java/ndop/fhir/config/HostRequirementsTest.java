package ndop.fhir.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.util.VersionUtil;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import ndop.fhir.edition.EditionFixtures;
import ndop.fhir.store.Database;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.MapPropertySource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

class HostRequirementsTest {

  @TempDir private Path folder;

  @Test
  void wasBuiltForTheHapiThatItIsTestedWith() {
    assertThat(HostRequirements.builtForHapi()).isEqualTo(VersionUtil.getVersion());
    assertThatCode(HostRequirements::requireHapi).doesNotThrowAnyException();
  }

  @Test
  void refusesAnotherHapi() {
    assertThatThrownBy(() -> HostRequirements.requireHapi("9.9.9"))
        .isInstanceOf(StartupFailureException.class)
        .hasMessageContaining("built for HAPI FHIR " + VersionUtil.getVersion())
        .hasMessageContaining("the server is HAPI FHIR 9.9.9");
  }

  @Test
  void refusesAnotherFhir() {
    assertThatThrownBy(() -> HostRequirements.requireStu3(FhirContext.forR4Cached()))
        .isInstanceOf(StartupFailureException.class)
        .hasMessageContaining("configured for R4");
  }

  @Test
  void refusesAnUnknownEdition() {
    NdopProperties properties = PropertiesFixtures.bind(Map.of("ndop.edition", "no-such-edition"));

    assertThatThrownBy(() -> EditionPackageLoader.load(EditionFixtures.FHIR, properties))
        .isInstanceOf(StartupFailureException.class)
        .hasMessageContaining("no edition 'no-such-edition'")
        .hasMessageContaining(EditionFixtures.FACTS.id());
  }

  @Test
  void refusesMoreClockToleranceThanATokenLives() {
    assertThatThrownBy(() -> PropertiesFixtures.bind(Map.of("ndop.token.clock-tolerance", "6m")))
        .rootCause()
        .isInstanceOf(StartupFailureException.class)
        .hasMessageContaining("ndop.token.clock-tolerance: expected 0s to 5m; found 6m");
  }

  @Test
  void refusesToRememberNoUsedToken() {
    for (String number : List.of("0", "-1")) {
      assertThatThrownBy(() -> PropertiesFixtures.bind(Map.of("ndop.token.max-used", number)))
          .rootCause()
          .isInstanceOf(StartupFailureException.class)
          .hasMessage("ndop.token.max-used: expected 1 to 9223372036854775807; found %s.", number);
    }
    assertThat(PropertiesFixtures.bind(Map.of("ndop.token.max-used", "1")).token().maxUsed())
        .isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          max-body       | 0        | expected 1KB to 1GB; found 0B.
          max-body       | 3GB      | expected 1KB to 1GB; found 3GB.
          max-body       | -1MB     | expected 1KB to 1GB; found -1MB.
          max-url        | 0        | expected 256B to 64KB; found 0B.
          max-page       | 0        | expected 1 to 10000; found 0.
          max-parameters | -1       | expected 1 to 10000; found -1.
          max-depth      | 0        | expected 1 to 500; found 0.
          max-elements   | 0        | expected 1 to 1000000; found 0.
          max-time       | 0s       | expected 1s to 1h; found 0s.
          min-rate       | -1       | expected 0B to 1GB; found -1B.
          max-arriving   | 0        | expected 1 to 100000; found 0.
          max-at-once    | -3       | expected 1 to 100000; found -3.
          max-per-minute | -1       | expected 0 to 2147483647; found -1.
          min-free-space | -1       | expected 0B to 1024TB; found -1B.
          base-url       | nonsense | expected an address such as https://optout.example/fhir; found nonsense.
          cors-origins   | zzz      | expected * or origins such as https://portal.example; found zzz.
          trail.keep     | 0        | expected 1 to 10000; found 0.
          trail.max-size | 1KB      | expected 4KB to 1TB; found 1KB.
          """)
  void refusesAValueOutsideItsRange(String name, String value, String message) {
    assertThatThrownBy(() -> PropertiesFixtures.bind(Map.of("ndop." + name, value)))
        .rootCause()
        .isInstanceOf(StartupFailureException.class)
        .hasMessage("ndop." + name + ": " + message);
  }

  @Test
  void refusesASettingThatDoesNotExist() {
    try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
      context
          .getEnvironment()
          .getPropertySources()
          .addFirst(new MapPropertySource("test", Map.of("ndop.max-boddy", "1MB")));
      context.register(Settings.class);
      assertThatThrownBy(context::refresh)
          .rootCause()
          .isInstanceOf(UnboundConfigurationPropertiesException.class)
          .hasMessageContaining("ndop.max-boddy");
    }
  }

  @Configuration(proxyBeanMethods = false)
  @EnableConfigurationProperties(NdopProperties.class)
  static class Settings {}

  @Test
  void refusesValuesOfAClaimThatDoesNotExist() {
    NdopProperties properties =
        PropertiesFixtures.bind(Map.of("ndop.token.values.audiences", "https://optout.example"));
    assertThatThrownBy(() -> CallerPolicyFactory.create(EditionFixtures.FACTS, properties, null))
        .isInstanceOf(StartupFailureException.class)
        .hasMessageContaining("ndop.token.values.audiences: expected one of audience, reasons");
  }

  @Test
  void refusesFewerThreadsThanRequestsAtOnce() {
    NdopProperties properties = PropertiesFixtures.bind(Map.of());
    assertThatThrownBy(() -> HostRequirements.requireThreads(350, properties))
        .isInstanceOf(StartupFailureException.class)
        .hasMessageContaining("expected more than 350")
        .hasMessageContaining("found 350");
    assertThatCode(() -> HostRequirements.requireThreads(351, properties))
        .doesNotThrowAnyException();
  }

  @Test
  void refusesSignaturesWithoutKeysOrWithTokensNotRequired() {
    assertThatThrownBy(() -> PropertiesFixtures.bind(Map.of("ndop.token.signatures", "required")))
        .rootCause()
        .isInstanceOf(StartupFailureException.class)
        .hasMessageContaining("ndop.token.keys names no keys");
    for (String mode : List.of("off", "permissive")) {
      NdopProperties contradicting = signed(mode);
      assertThatThrownBy(() -> HostRequirements.requireTokensAreRequired(contradicting))
          .isInstanceOf(StartupFailureException.class)
          .hasMessageContaining("ndop.audit is " + mode);
    }
    assertThatCode(() -> HostRequirements.requireTokensAreRequired(signed("required")))
        .doesNotThrowAnyException();
  }

  private static NdopProperties signed(String mode) {
    return PropertiesFixtures.bind(
        Map.of(
            "ndop.audit", mode,
            "ndop.token.signatures", "required",
            "ndop.token.keys", "jwks.json"));
  }

  @Test
  void refusesAnEmptyListOfAcceptedValues() {
    assertThatThrownBy(() -> PropertiesFixtures.bind(Map.of("ndop.token.values.audience", "")))
        .rootCause()
        .isInstanceOf(StartupFailureException.class)
        .hasMessageContaining("ndop.token.values.audience: expected at least one value");
  }

  @Test
  void printsAStartupFailureWithoutStackTrace() {
    var failure = new StartupFailureException("It cannot start.", "Do this.");

    var analysis = new StartupFailureAnalyzer().analyze(failure);

    assertThat(analysis.getDescription()).isEqualTo("It cannot start.");
    assertThat(analysis.getAction()).isEqualTo("Do this.");
  }

  @Test
  void aDatabaseThatCannotBeForcedIsNotServed() throws Exception {
    String url = "jdbc:h2:file:" + folder + "/consents";
    try (Connection owner = DriverManager.getConnection(url, "owner", "");
        Statement statement = owner.createStatement()) {
      statement.execute("CREATE USER plain PASSWORD ''");
      HostRequirements.requireForce(database(url, "owner", true));
      HostRequirements.requireForce(database(url, "plain", true));
      HostRequirements.requireForce(database(url, "nobody", false));
      assertThatThrownBy(() -> HostRequirements.requireForce(database(url, "nobody", true)))
          .isInstanceOf(StartupFailureException.class)
          .hasMessageContaining("cannot force")
          .extracting(failure -> ((StartupFailureException) failure).remedy())
          .asString()
          .contains("ndop.force-writes");
    }
  }

  private static Database database(String url, String user, boolean forcing) {
    return new Database(new DriverManagerDataSource(url, user, ""), url, forcing);
  }
}
