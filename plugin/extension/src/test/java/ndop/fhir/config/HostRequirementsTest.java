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
          .hasMessage("ndop.token.max-used: expected at least 1; found %s.", number);
    }
    assertThat(PropertiesFixtures.bind(Map.of("ndop.token.max-used", "1")).token().maxUsed())
        .isEqualTo(1);
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
