package ndop.fhir.policy;

import java.util.Optional;

/**
 * What {@link CallerPolicy} decides about the caller of a request.
 *
 * @param caller the caller, as far as the request identifies it
 * @param refusal why the request is refused; empty if the caller may proceed
 */
public record CallerDecision(Caller caller, Optional<Outcome> refusal) {}
