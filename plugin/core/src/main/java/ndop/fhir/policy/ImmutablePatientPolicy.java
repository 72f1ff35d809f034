package ndop.fhir.policy;

import java.util.Optional;
import org.hl7.fhir.dstu3.model.Consent;

/**
 * Decides whether a Consent may replace a stored one: a preference stays with its patient
 * (NDOP-205, decision D-12). The same NHS number under another host is the same patient (decision
 * D-11).
 */
public final class ImmutablePatientPolicy {

  private final PatientReferenceParser patients;

  public ImmutablePatientPolicy(PatientReferenceParser patients) {
    this.patients = patients;
  }

  /** The reason for refusing {@code sent}; empty if both are of one patient. */
  public Optional<Outcome> refusal(Consent stored, Consent sent) {
    Optional<String> before = patients.nhsNumber(stored);
    return before.isPresent() && before.equals(patients.nhsNumber(sent))
        ? Optional.empty()
        : Optional.of(
            Outcome.of(
                Situation.INVALID_RESOURCE,
                "Consent.patient: expected the NHS number of the stored Consent; found another. "
                    + "A preference stays with its patient."));
  }
}
