package ndop.fhir.policy;

import ca.uhn.fhir.rest.api.EncodingEnum;
import java.util.List;
import java.util.Optional;
import org.hl7.fhir.instance.model.api.IBaseResource;

/**
 * A body, read but not yet validated.
 *
 * @param text as it was sent
 * @param encoding JSON or XML
 * @param resource what HAPI's parser makes of it; null where it cannot be read
 * @param dropped what the parser could not keep of it
 * @param refusal why it is no resource of the API's type; empty where it is one
 */
public record ParsedBody(
    String text,
    EncodingEnum encoding,
    IBaseResource resource,
    List<String> dropped,
    Optional<Outcome> refusal) {}
