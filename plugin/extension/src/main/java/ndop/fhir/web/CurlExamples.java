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
      if (isOffered(interaction)) {
        examples.add(example(interaction, base, type, consent));
      }
    }
    return examples;
  }

  private boolean isOffered(Interaction interaction) {
    return switch (interaction) {
      case CAPABILITIES -> true;
      case CONFORMANCE_READ, CONFORMANCE_SEARCH, OPERATION, INSTANCE_OPERATION ->
          edition.conformance() != null;
      default -> edition.interactions().contains(interaction.code());
    };
  }

  private Example example(
      Interaction interaction, String base, String type, Optional<String> consent) {
    String by = edition.search().parameters().keySet().iterator().next();
    return switch (interaction) {
      case CAPABILITIES ->
          example(interaction, "What this server does", "curl " + base + "/metadata");
      case CREATE -> example(interaction, "Register a preference", posted(consent, type));
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
      case CONFORMANCE_READ ->
          example(
              interaction,
              "Read the profile",
              "curl %s/StructureDefinition/%s".formatted(base, idOf(edition.profile())));
      case CONFORMANCE_SEARCH ->
          example(
              interaction,
              "Find the profile",
              "curl '%s/StructureDefinition?url=%s'"
                  .formatted(base, URLEncoder.encode(edition.profile(), StandardCharsets.UTF_8)));
      case OPERATION ->
          example(
              interaction,
              "Validate a Consent before it is registered",
              posted(consent, "'%s/$validate'".formatted(type)));
      case INSTANCE_OPERATION ->
          example(
              interaction,
              "Validate a change of a Consent",
              "curl %s@consent.json '%s/ID/$validate'".formatted(BODY, type));
    };
  }

  private static String posted(Optional<String> consent, String address) {
    return consent
        .map(url -> "curl -s %s | curl %s@- %s".formatted(url, BODY, address))
        .orElse("curl %s@consent.json %s".formatted(BODY, address));
  }

  private static String idOf(String url) {
    return url.substring(url.lastIndexOf('/') + 1);
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
