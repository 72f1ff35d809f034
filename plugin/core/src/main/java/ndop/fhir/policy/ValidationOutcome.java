package ndop.fhir.policy;

import java.util.List;
import java.util.Optional;
import ndop.fhir.validation.Finding;

/**
 * The result of validating a body with {@link BodyPolicy}.
 *
 * @param findings every finding, warnings included
 * @param refusal the outcome with which a server refuses the body; empty if it accepts it
 */
public record ValidationOutcome(List<Finding> findings, Optional<Outcome> refusal) {}
