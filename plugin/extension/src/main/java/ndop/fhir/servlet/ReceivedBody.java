package ndop.fhir.servlet;

import java.util.Optional;
import ndop.fhir.policy.Outcome;

/**
 * The body of a request as far as it was received.
 *
 * @param bytes the whole body; none if it is refused
 * @param refusal the reason for receiving no more of it
 */
record ReceivedBody(byte[] bytes, Optional<Outcome> refusal) {

  static ReceivedBody whole(byte[] bytes) {
    return new ReceivedBody(bytes, Optional.empty());
  }

  static ReceivedBody refused(Outcome refusal) {
    return new ReceivedBody(new byte[0], Optional.of(refusal));
  }
}
