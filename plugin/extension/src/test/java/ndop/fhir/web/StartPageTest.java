package ndop.fhir.web;

import static org.assertj.core.api.Assertions.assertThat;

import ndop.fhir.edition.EditionFixtures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StartPageTest {

  private final PublishedFiles files =
      new PublishedFiles(EditionFixtures.FHIR, EditionFixtures.PACKAGE);
  private final StartPage page = new StartPage(EditionFixtures.FACTS, files);

  @Test
  void escapesWhatARequestContains() {
    String html = page.html("http://a\"><script>alert(1)</script>", "/fhir");

    assertThat(withoutScripts(html)).doesNotContain("<script").contains("&lt;script&gt;");
  }

  @Test
  void leavesNoTemplateSyntax() {
    assertThat(withoutScripts(page.html("http://127.0.0.1", "/fhir")))
        .contains(EditionFixtures.FACTS.title())
        .doesNotContain(" th:", "<th:", "${");
  }

  /** Its own: the facts and the code, which the content security policy names by its hash. */
  private static String withoutScripts(String html) {
    String rest =
        html.replaceAll(
            "(?s)<script(?: type=\"application/json\" id=\"facts\")?>\\W.*?</script>", "");
    assertThat(rest).hasSizeLessThan(html.length());
    return rest;
  }

  @Test
  void servesOnlyListedFiles() {
    assertThat(files.find("profiles/StructureDefinition-NDOP-Consent-1.json")).isPresent();
    assertThat(files.find("examples/valid/manifest.json")).isPresent();
    assertThat(files.find("openapi.json")).isPresent();
    assertThat(files.find("edition.json")).isEmpty();
    assertThat(files.find("examples/valid/../valid/manifest.json")).isEmpty();
    assertThat(files.find("examples/valid/")).isEmpty();
    assertThat(files.find("")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8 | true",
        "text/html | true",
        "application/fhir+json;q=0.5, text/html | true",
        "application/fhir+json, text/html | false",
        "application/fhir+xml, text/html;q=0.9 | false",
        "application/json, text/plain, */* | false",
        "*/* | false",
        "text/* | false",
        "nonsense | false",
        " | false",
      })
  void servesHtmlOnlyIfPreferred(String accept, boolean html) {
    assertThat(PublishedContentFilter.prefersHtml(accept)).isEqualTo(html);
  }
}
