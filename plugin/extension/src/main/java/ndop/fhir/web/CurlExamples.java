package ndop.fhir.web;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import ndop.fhir.edition.Edition;
import ndop.fhir.policy.Interaction;

/** One request for each interaction that an edition offers, as it is typed into a terminal. */
final class CurlExamples {

  private static final String BODY = "-H 'Content-Type: application/fhir+json' --data ";

  private final Edition edition;

  CurlExamples(Edition edition) {
    this.edition = edition;
  }

  /**
   * An interaction.
   *
   * @param code FHIR's code for it
   * @param does what it does
   * @param command the line to type
   */
  record Line(String code, String does, String command) {}

  /**
   * The lines, in the order of the interactions.
   *
   * @param base the base URL of the API
   * @param consent the URL of a Consent to register, if there is one
   */
  List<Line> of(String base, Optional<String> consent) {
    String type = base + "/" + edition.resourceType();
    List<Line> lines = new ArrayList<>();
    for (Interaction interaction : Interaction.values()) {
      if (interaction == Interaction.CAPABILITIES
          || edition.interactions().contains(interaction.code())) {
        lines.add(line(interaction, base, type, consent));
      }
    }
    return lines;
  }

  private Line line(Interaction interaction, String base, String type, Optional<String> consent) {
    String by = edition.search().parameters().keySet().iterator().next();
    return switch (interaction) {
      case CAPABILITIES -> line(interaction, "What this server does", "curl " + base + "/metadata");
      case CREATE ->
          line(
              interaction,
              "Register a preference",
              consent
                  .map(url -> "curl -s %s | curl %s@- %s".formatted(url, BODY, type))
                  .orElse("curl %s@consent.json %s".formatted(BODY, type)));
      case READ -> line(interaction, "Read a Consent", "curl %s/ID".formatted(type));
      case VREAD ->
          line(interaction, "Read an earlier version", "curl %s/ID/_history/1".formatted(type));
      case UPDATE ->
          line(
              interaction,
              "Change a preference",
              "curl -X PUT %s@consent.json %s/ID".formatted(BODY, type));
      case SEARCH_TYPE ->
          line(interaction, "Look up a patient", "curl '%s?%s'".formatted(type, query(by)));
      case HISTORY_INSTANCE ->
          line(interaction, "The versions of a Consent", "curl %s/ID/_history".formatted(type));
      case HISTORY_TYPE ->
          line(
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

  private static Line line(Interaction interaction, String does, String command) {
    return new Line(interaction.code(), does, command);
  }
}
