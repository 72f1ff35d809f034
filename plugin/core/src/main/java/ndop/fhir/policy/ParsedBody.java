package ndop.fhir.policy;

import ca.uhn.fhir.rest.api.EncodingEnum;
import java.util.List;
import java.util.Optional;
import org.hl7.fhir.instance.model.api.IBaseResource;

/**
 * A body that has been parsed and not yet validated.
 *
 * @param text the body as it was sent
 * @param encoding JSON or XML
 * @param resource the resource as HAPI parses it; null if that fails
 * @param dropped what the parser had to drop
 * @param refusal why it is not a resource of the API's type; empty if it is
 */
public record ParsedBody(
    String text,
    EncodingEnum encoding,
    IBaseResource resource,
    List<String> dropped,
    Optional<Outcome> refusal) {}
