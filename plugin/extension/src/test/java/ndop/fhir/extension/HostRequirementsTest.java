package ndop.fhir.extension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.util.VersionUtil;
import java.util.List;
import ndop.fhir.PublishedEdition;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

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
        new ExtensionSettings(
            "of-nobody", "", false, false, DataSize.ofMegabytes(1), 100, List.of());

    assertThatThrownBy(() -> EditionPackages.read(PublishedEdition.FHIR, settings))
        .isInstanceOf(StartRefusedException.class)
        .hasMessageContaining("no edition 'of-nobody'")
        .hasMessageContaining(PublishedEdition.FACTS.id());
  }

  @Test
  void printsARefusalWithoutStackTrace() {
    var refusal = new StartRefusedException("It cannot start.", "Do this.");

    var analysis = new StartRefusalAnalyzer().analyze(refusal);

    assertThat(analysis.getDescription()).isEqualTo("It cannot start.");
    assertThat(analysis.getAction()).isEqualTo("Do this.");
  }
}
