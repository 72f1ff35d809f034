package ndop.fhir.policy;

import java.util.List;
import java.util.Optional;
import ndop.fhir.validation.Finding;

/**
 * What is said of a body.
 *
 * @param findings all that there is to say, warnings too
 * @param refusal what a server answers; empty where it accepts the body
 */
public record ValidationOutcome(List<Finding> findings, Optional<Outcome> refusal) {}
