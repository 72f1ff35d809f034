package ndop.fhir.edition;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.hl7.fhir.dstu3.model.CapabilityStatement;
import org.hl7.fhir.dstu3.model.CapabilityStatement.CapabilityStatementRestComponent;
import org.junit.jupiter.api.Test;

class ConformanceRemovalTest {

  private static final EditionPackage WHOLE = EditionFixtures.PACKAGE;

  private final EditionPackage without = WHOLE.withoutConformance();

  @Test
  void leavesTheConsentInTheStatement() {
    assertThat(rest(WHOLE).getResource()).hasSizeGreaterThan(1);
    assertThat(rest(WHOLE).getOperation()).isNotEmpty();

    assertThat(rest(without).getResource())
        .singleElement()
        .satisfies(one -> assertThat(one.getType()).isEqualTo("Consent"));
    assertThat(rest(without).getOperation()).isEmpty();
    assertThat(without.edition().conformance()).isNull();
  }

  @Test
  void leavesTheConsentInTheOpenApiDescription() throws IOException {
    JsonNode whole = new ObjectMapper().readTree(WHOLE.openApi().orElseThrow()).get("paths");
    JsonNode paths = new ObjectMapper().readTree(without.openApi().orElseThrow()).get("paths");

    assertThat(whole.has("/ValueSet/$expand")).isTrue();
    assertThat(paths.fieldNames())
        .toIterable()
        .contains("/metadata", "/Consent", "/Consent/{id}")
        .noneMatch(path -> path.contains("$") || path.startsWith("/ValueSet"));
  }

  private static CapabilityStatementRestComponent rest(EditionPackage edition) {
    return edition
        .resource(CapabilityStatement.class, edition.edition().capabilityStatement())
        .getRestFirstRep();
  }
}
