package ndop.fhir.policy;

import java.util.Optional;

/**
 * What {@link CallerPolicy} decides about the caller of a request.
 *
 * @param caller who is calling, as far as the request says
 * @param refusal why the request is refused; empty where the caller may go on
 */
public record CallerDecision(Caller caller, Optional<Outcome> refusal) {}
