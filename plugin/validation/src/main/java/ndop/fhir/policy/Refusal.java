package ndop.fhir.policy;

import java.util.List;

/**
 * A policy's "no": the situation, and for each issue what was expected and what was found.
 *
 * @param situation which answer of the catalogue is due
 * @param diagnostics one text an issue, at least one; no patient data beyond need
 */
public record Refusal(Situation situation, List<String> diagnostics) {

  /** A refusal with one issue. */
  public static Refusal of(Situation situation, String diagnostics) {
    return new Refusal(situation, List.of(diagnostics));
  }
}
