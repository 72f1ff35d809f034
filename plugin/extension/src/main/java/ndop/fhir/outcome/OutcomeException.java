package ndop.fhir.outcome;

import ca.uhn.fhir.rest.server.exceptions.BaseServerResponseException;
import ndop.fhir.policy.Situation;
import org.hl7.fhir.instance.model.api.IBaseOperationOutcome;

/**
 * Carries an outcome through HAPI to the client.
 *
 * @see SpineOutcomeFactory#exception
 */
public final class OutcomeException extends BaseServerResponseException {

  private static final long serialVersionUID = 1L;

  private final Situation situation;

  OutcomeException(Situation situation, int status, IBaseOperationOutcome outcome) {
    super(status, situation.key(), outcome);
    this.situation = situation;
  }

  /** The situation that this is the outcome of. */
  public Situation situation() {
    return situation;
  }
}
