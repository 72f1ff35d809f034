package ndop.fhir.edition;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import ndop.fhir.edition.PublishedArtefacts.Query;
import org.hl7.fhir.dstu3.model.CodeSystem;
import org.hl7.fhir.dstu3.model.StructureDefinition;
import org.hl7.fhir.dstu3.model.ValueSet;
import org.junit.jupiter.api.Test;

class PublishedArtefactsTest {

  private static final String PROFILE = EditionFixtures.FACTS.profile();

  private final PublishedArtefacts artefacts = new PublishedArtefacts(EditionFixtures.PACKAGE);

  @Test
  void findsAnArtefactByItsUrlWithAndWithoutTheVersion() {
    StructureDefinition profile = artefacts.byUrl(StructureDefinition.class, PROFILE).orElseThrow();

    assertThat(profile.getUrl()).isEqualTo(PROFILE);
    String versioned = PROFILE + "|" + profile.getVersion();
    assertThat(artefacts.byUrl(StructureDefinition.class, versioned)).containsSame(profile);
    assertThat(artefacts.byUrl(StructureDefinition.class, PROFILE + "|0.0.0")).isEmpty();
    assertThat(artefacts.byUrl(ValueSet.class, PROFILE)).isEmpty();
  }

  @Test
  void findsAnArtefactByItsId() {
    assertThat(artefacts.byId(ValueSet.class, "NDOP-OptOutSource-1")).isPresent();
    assertThat(artefacts.byId(CodeSystem.class, "unknown")).isEmpty();
  }

  @Test
  void findsAllThatSatisfyTheWholeQuery() {
    assertThat(artefacts.find(ValueSet.class, new Query(List.of(), List.of(), List.of())))
        .hasSizeGreaterThan(3);
    assertThat(
            artefacts.find(
                ValueSet.class, new Query(List.of(), List.of(), List.of("opt out s", "nobody"))))
        .extracting(ValueSet::getName)
        .containsExactly("Opt Out Source");
    assertThat(
            artefacts.find(
                ValueSet.class,
                new Query(List.of("NDOP-ProxyRole-1"), List.of(), List.of("opt out s"))))
        .isEmpty();
  }
}
