package ndop.fhir.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.util.VersionUtil;
import java.util.Map;
import ndop.fhir.edition.EditionFixtures;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class HostRequirementsTest {

  @Test
  void wasBuiltForTheHapiThatItIsTestedWith() {
    assertThat(HostRequirements.builtForHapi()).isEqualTo(VersionUtil.getVersion());
    assertThatCode(HostRequirements::insistOnHapi).doesNotThrowAnyException();
  }

  @Test
  void refusesAnotherHapi() {
    assertThatThrownBy(() -> HostRequirements.insistOnHapi("9.9.9"))
        .isInstanceOf(StartRefusedException.class)
        .hasMessageContaining("built for HAPI FHIR " + VersionUtil.getVersion())
        .hasMessageContaining("the server is HAPI FHIR 9.9.9");
  }

  @Test
  void refusesAnotherFhir() {
    assertThatThrownBy(() -> HostRequirements.insistOnStu3(FhirContext.forR4Cached()))
        .isInstanceOf(StartRefusedException.class)
        .hasMessageContaining("configured for R4");
  }

  @Test
  void refusesAnUnknownEdition() {
    ExtensionSettings settings =
        new Binder(new MapConfigurationPropertySource(Map.of("ndop.edition", "of-nobody")))
            .bind("ndop", ExtensionSettings.class)
            .get();

    assertThatThrownBy(() -> EditionPackages.read(EditionFixtures.FHIR, settings))
        .isInstanceOf(StartRefusedException.class)
        .hasMessageContaining("no edition 'of-nobody'")
        .hasMessageContaining(EditionFixtures.FACTS.id());
  }

  @Test
  void refusesMoreClockToleranceThanATokenLives() {
    Binder binder =
        new Binder(new MapConfigurationPropertySource(Map.of("ndop.token.clock-tolerance", "6m")));

    assertThatThrownBy(() -> binder.bind("ndop", ExtensionSettings.class))
        .rootCause()
        .isInstanceOf(StartRefusedException.class)
        .hasMessageContaining("ndop.token.clock-tolerance: expected 0s to 5m; found 6m");
  }

  @Test
  void refusesSignaturesWithoutKeysOrWithoutALookAtTokens() {
    assertThatThrownBy(() -> settings(Map.of("ndop.token.signatures", "required")))
        .rootCause()
        .isInstanceOf(StartRefusedException.class)
        .hasMessageContaining("ndop.token.keys names no keys");
    ExtensionSettings contradicting =
        settings(
            Map.of(
                "ndop.audit", "off",
                "ndop.token.signatures", "required",
                "ndop.token.keys", "jwks.json"));
    assertThatThrownBy(() -> HostRequirements.insistOnJudgedTokens(contradicting))
        .isInstanceOf(StartRefusedException.class)
        .hasMessageContaining("ndop.audit is off");
  }

  private static ExtensionSettings settings(Map<String, String> properties) {
    return new Binder(new MapConfigurationPropertySource(properties))
        .bind("ndop", ExtensionSettings.class)
        .get();
  }

  @Test
  void printsARefusalWithoutStackTrace() {
    var refusal = new StartRefusedException("It cannot start.", "Do this.");

    var analysis = new StartRefusalAnalyzer().analyze(refusal);

    assertThat(analysis.getDescription()).isEqualTo("It cannot start.");
    assertThat(analysis.getAction()).isEqualTo("Do this.");
  }
}
