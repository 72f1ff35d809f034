package ndop.fhir.outcome;

import ca.uhn.fhir.rest.server.exceptions.BaseServerResponseException;
import ndop.fhir.policy.Situation;
import org.hl7.fhir.instance.model.api.IBaseOperationOutcome;

/** A refusal on its way through HAPI to the client. */
public final class OutcomeException extends BaseServerResponseException {

  private static final long serialVersionUID = 1L;

  private final Situation situation;

  OutcomeException(Situation situation, int status, IBaseOperationOutcome outcome) {
    super(status, situation.key(), outcome);
    this.situation = situation;
  }

  /** Which answer of the catalogue it is. */
  public Situation situation() {
    return situation;
  }
}
