package ndop.fhir.extension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.util.VersionUtil;
import java.util.Map;
import ndop.fhir.PublishedEdition;
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

    assertThatThrownBy(() -> EditionPackages.read(PublishedEdition.FHIR, settings))
        .isInstanceOf(StartRefusedException.class)
        .hasMessageContaining("no edition 'of-nobody'")
        .hasMessageContaining(PublishedEdition.FACTS.id());
  }

  @Test
  void refusesMoreClockToleranceThanATokenLives() {
    Binder binder =
        new Binder(new MapConfigurationPropertySource(Map.of("ndop.token.clock-tolerance", "6m")));

    assertThatThrownBy(() -> binder.bind("ndop", ExtensionSettings.class))
        .rootCause()
        .isInstanceOf(StartRefusedException.class)
        .hasMessageContaining("ndop.token.clock-tolerance: expected 0s to 5m; found PT6M");
  }

  @Test
  void printsARefusalWithoutStackTrace() {
    var refusal = new StartRefusedException("It cannot start.", "Do this.");

    var analysis = new StartRefusalAnalyzer().analyze(refusal);

    assertThat(analysis.getDescription()).isEqualTo("It cannot start.");
    assertThat(analysis.getAction()).isEqualTo("Do this.");
  }
}
