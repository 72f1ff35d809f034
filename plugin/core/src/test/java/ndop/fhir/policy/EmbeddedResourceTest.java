package ndop.fhir.policy;

import static org.assertj.core.api.Assertions.assertThat;

import ca.uhn.fhir.rest.api.EncodingEnum;
import java.util.Optional;
import ndop.fhir.edition.EditionFixtures;
import org.hl7.fhir.dstu3.model.Consent;
import org.junit.jupiter.api.Test;

class EmbeddedResourceTest {

  @Test
  void keepsTheJsonAsItWasSentAndWhereItWas() {
    String text =
        """
        {"resourceType": "Parameters", "id": "x", "parameter": [
          {"name": "mode", "valueCode": "create"},
          {"resource": {"resourceType": "Consent", "x": [1e9, {"y": null}],
            "status": "active"}, "name": "resource"}]}
        """;

    String found = EmbeddedResource.of(text, EncodingEnum.JSON, "resource").orElseThrow();

    String expected =
        """
        {"resourceType": "Consent", "x": [1e9, {"y": null}],
            "status": "active"}""";
    assertThat(found.strip()).isEqualTo(expected);
    assertThat(found.indexOf("\"x\"")).isEqualTo(text.indexOf("\"x\": [1"));
    assertThat(found.indexOf("active")).isEqualTo(text.indexOf("active"));
    assertThat(found.lines().count()).isEqualTo(4);
  }

  @Test
  void keepsTheXmlAsItWasSentAndWhereItWas() {
    String text =
        """
        <?xml version="1.0"?>
        <Parameters xmlns="http://hl7.org/fhir">
          <parameter><name value="mode"/><valueCode value="create"/></parameter>
          <parameter>
            <name value="resource"/>
            <resource><Consent xmlns="http://hl7.org/fhir">
              <status value="act&#105;ve"/><!-- a remark --></Consent></resource>
          </parameter>
        </Parameters>
        """;

    String found = EmbeddedResource.of(text, EncodingEnum.XML, "resource").orElseThrow();

    assertThat(found.strip()).startsWith("<Consent xmlns=").endsWith("<!-- a remark --></Consent>");
    assertThat(found.indexOf("<status")).isEqualTo(text.indexOf("<status"));
  }

  @Test
  void declaresTheNamespacesOfTheElementsAroundIt() {
    String text =
        "<f:Parameters xmlns:f='http://hl7.org/fhir' xmlns:x='urn:x\"&amp;'><f:parameter>"
            + "<f:name value='resource'/><f:resource><f:Consent><f:status value='active'/>"
            + "</f:Consent></f:resource></f:parameter></f:Parameters>";

    String found = EmbeddedResource.of(text, EncodingEnum.XML, "resource").orElseThrow().strip();

    assertThat(found)
        .startsWith(
            "<f:Consent xmlns:f=\"http://hl7.org/fhir\" xmlns:x=\"urn:x&quot;&amp;\"><f:status")
        .endsWith("</f:Consent>");
    Consent parsed = EditionFixtures.FHIR.newXmlParser().parseResource(Consent.class, found);
    assertThat(parsed.getStatus()).isEqualTo(Consent.ConsentState.ACTIVE);
  }

  @Test
  void takesAnEmptyElement() {
    String text =
        "<Parameters xmlns='http://hl7.org/fhir'><parameter><name value='resource'/>"
            + "<resource><Consent/></resource></parameter></Parameters>";

    assertThat(EmbeddedResource.of(text, EncodingEnum.XML, "resource").map(String::strip))
        .contains("<Consent xmlns=\"http://hl7.org/fhir\"/>");
  }

  @Test
  void findsItBehindALongText() {
    String remark = "x".repeat(300_000);
    String text =
        "<Parameters xmlns='http://hl7.org/fhir'><!-- %s -->\n<parameter><name value='resource'/>"
                .formatted(remark)
            + "<resource><Consent><id value='a'/></Consent></resource></parameter></Parameters>";

    assertThat(EmbeddedResource.of(text, EncodingEnum.XML, "resource").map(String::strip))
        .contains("<Consent xmlns=\"http://hl7.org/fhir\"><id value='a'/></Consent>");
  }

  @Test
  void findsNothingElsewhere() {
    String json =
        "{\"resourceType\": \"Parameters\", \"parameter\": [{\"name\": \"other\","
            + " \"resource\": {}}, {\"name\": \"resource\", \"valueString\": \"x\"}]}";
    String xml =
        "<Parameters xmlns='http://hl7.org/fhir'><parameter><name value='resource'/>"
            + "<part><name value='resource'/></part></parameter></Parameters>";

    assertThat(EmbeddedResource.of(json, EncodingEnum.JSON, "resource"))
        .isEqualTo(Optional.empty());
    assertThat(EmbeddedResource.of(xml, EncodingEnum.XML, "resource")).isEqualTo(Optional.empty());
  }
}
