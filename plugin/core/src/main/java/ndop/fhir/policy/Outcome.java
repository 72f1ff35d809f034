package ndop.fhir.policy;

import java.util.List;

/**
 * The content of an OperationOutcome: usually why a policy refuses a request, but also that a write
 * succeeded.
 *
 * @param situation the entry of the edition's catalogue, which gives status and codes
 * @param diagnostics a text for each issue, at least one, saying what was expected and what was
 *     found, with no more patient data than that requires
 */
public record Outcome(Situation situation, List<String> diagnostics) {

  /** An outcome with one issue. */
  public static Outcome of(Situation situation, String diagnostics) {
    return new Outcome(situation, List.of(diagnostics));
  }

  /**
   * The outcome for an address that does not exist, and for one that the caller may not know about:
   * the two must look the same.
   */
  public static Outcome unknownRecord() {
    return of(Situation.UNKNOWN_RECORD, "There is no resource at this address.");
  }
}
