package ndop.fhir.web;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import ndop.fhir.edition.Edition;
import ndop.fhir.policy.Interaction;

/** One curl command for each interaction that the edition offers. */
final class CurlExamples {

  private static final String BODY = "-H 'Content-Type: application/fhir+json' --data ";

  private final Edition edition;

  CurlExamples(Edition edition) {
    this.edition = edition;
  }

  /**
   * One interaction.
   *
   * @param code FHIR's code for it
   * @param purpose what it is for
   * @param command the command line
   */
  record Example(String code, String purpose, String command) {}

  /**
   * The examples, in the order of the interactions.
   *
   * @param base the base URL of the API
   * @param consent the URL of an example Consent to register, if there is one
   */
  List<Example> of(String base, Optional<String> consent) {
    String type = base + "/" + edition.resourceType();
    List<Example> examples = new ArrayList<>();
    for (Interaction interaction : Interaction.values()) {
      if (interaction == Interaction.CAPABILITIES
          || edition.interactions().contains(interaction.code())) {
        examples.add(example(interaction, base, type, consent));
      }
    }
    return examples;
  }

  private Example example(
      Interaction interaction, String base, String type, Optional<String> consent) {
    String by = edition.search().parameters().keySet().iterator().next();
    return switch (interaction) {
      case CAPABILITIES ->
          example(interaction, "What this server does", "curl " + base + "/metadata");
      case CREATE ->
          example(
              interaction,
              "Register a preference",
              consent
                  .map(url -> "curl -s %s | curl %s@- %s".formatted(url, BODY, type))
                  .orElse("curl %s@consent.json %s".formatted(BODY, type)));
      case READ -> example(interaction, "Read a Consent", "curl %s/ID".formatted(type));
      case VREAD ->
          example(interaction, "Read an earlier version", "curl %s/ID/_history/1".formatted(type));
      case UPDATE ->
          example(
              interaction,
              "Change a preference",
              "curl -X PUT %s@consent.json %s/ID".formatted(BODY, type));
      case SEARCH_TYPE ->
          example(interaction, "Look up a patient", "curl '%s?%s'".formatted(type, query(by)));
      case HISTORY_INSTANCE ->
          example(interaction, "The versions of a Consent", "curl %s/ID/_history".formatted(type));
      case HISTORY_TYPE ->
          example(
              interaction,
              "The history of a patient",
              "curl '%s/_history?%s'".formatted(type, query(edition.history().by())));
    };
  }

  private String query(String parameter) {
    return parameter
        + "="
        + URLEncoder.encode(edition.patient().reference(), StandardCharsets.UTF_8);
  }

  private static Example example(Interaction interaction, String purpose, String command) {
    return new Example(interaction.code(), purpose, command);
  }
}
