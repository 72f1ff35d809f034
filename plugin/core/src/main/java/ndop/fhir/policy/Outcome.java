package ndop.fhir.policy;

import java.util.List;

/**
 * A policy's "no": the situation, and for each issue what was expected and what was found.
 *
 * @param situation which answer of the catalogue is due
 * @param diagnostics one text an issue, at least one; no patient data beyond need
 */
public record Outcome(Situation situation, List<String> diagnostics) {

  /** A refusal with one issue. */
  public static Outcome of(Situation situation, String diagnostics) {
    return new Outcome(situation, List.of(diagnostics));
  }

  /**
   * What is said of an address with nothing behind it, and of one that the caller may not know of:
   * the two must not be told apart.
   */
  public static Outcome unknownRecord() {
    return of(Situation.UNKNOWN_RECORD, "There is no resource at this address.");
  }
}
