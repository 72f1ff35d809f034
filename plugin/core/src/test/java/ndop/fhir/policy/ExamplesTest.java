package ndop.fhir.policy;

import static org.assertj.core.api.Assertions.assertThat;

import ca.uhn.fhir.rest.api.EncodingEnum;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import ndop.fhir.edition.EditionFixtures;
import ndop.fhir.edition.EditionPackage;
import ndop.fhir.validation.Finding;
import ndop.fhir.validation.ProfileValidator;
import ndop.fhir.validation.ValidationSupportFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The examples get the verdicts in their manifests, without a server. */
class ExamplesTest {

  private static final Path EXAMPLES = Path.of("../../build/examples");

  static Stream<String> editions() throws IOException {
    try (Stream<Path> folders = Files.list(EXAMPLES)) {
      return folders.map(folder -> folder.getFileName().toString()).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("editions")
  void validExamplesHaveNoErrorAndInvalidOnesTheExpectedOne(String edition) throws IOException {
    EditionPackage facts = EditionFixtures.read(edition);
    ProfileValidator validator =
        new ProfileValidator(
            ValidationSupportFactory.create(EditionFixtures.FHIR, facts.resources()));
    FindingPolicy policy = new FindingPolicy(facts.edition(), false);
    int checked = 0;
    for (String folder : List.of("valid", "invalid")) {
      for (JsonNode example : manifest(edition, folder)) {
        for (JsonNode name : example.get("files")) {
          Path file = EXAMPLES.resolve(edition).resolve(folder).resolve(name.asText());
          List<Finding> findings = findings(validator, facts, example, file);
          JsonNode verdict = example.path("verdict");
          boolean conforms = verdict.isMissingNode() || verdict.get("conforms").asBoolean();
          assertThat(findings.stream().noneMatch(finding -> finding.severity().invalidates()))
              .as("%s: %s", file, findings)
              .isEqualTo(conforms);
          if (!conforms && verdict.get("status").asInt() == 422) {
            assertThat(policy.refusal(findings).map(Outcome::situation))
                .map(situation -> situation.answer(facts.edition()).code())
                .contains(verdict.get("code").asText());
          }
          checked++;
        }
      }
    }
    assertThat(checked).isGreaterThan(150);
  }

  /** Consents have the edition's profile, outcomes theirs, Bundles base STU3. */
  private static List<Finding> findings(
      ProfileValidator validator, EditionPackage facts, JsonNode example, Path file)
      throws IOException {
    String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    EncodingEnum encoding = file.toString().endsWith(".xml") ? EncodingEnum.XML : EncodingEnum.JSON;
    List<String> profiles =
        switch (example.get("kind").asText()) {
          case "search", "history" -> List.of();
          case "outcome" -> List.of(facts.edition().outcome().profile());
          default -> List.of(facts.edition().profile());
        };
    return validator.validate(text, encoding, profiles);
  }

  private static JsonNode manifest(String edition, String folder) throws IOException {
    Path file = EXAMPLES.resolve(edition).resolve(folder).resolve("manifest.json");
    return new ObjectMapper().readTree(file.toFile()).get("examples");
  }
}
