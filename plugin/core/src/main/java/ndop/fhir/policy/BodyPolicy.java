package ndop.fhir.policy;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.parser.IParser;
import ca.uhn.fhir.rest.api.EncodingEnum;
import java.util.List;
import java.util.Optional;
import ndop.fhir.validation.Finding;
import ndop.fhir.validation.ProfileValidator;
import org.hl7.fhir.instance.model.api.IBaseResource;

/**
 * What the body of a create or an update must be, whatever the request around it: readable, of the
 * API's type, and valid by its profile, whatever {@code meta.profile} says (NDOP-002, NDOP-085,
 * NDOP-138, NDOP-139). Server and offline validator both go by it. Safe for use by many threads.
 *
 * <p>Whether another such resource exists is not asked here: the database knows that.
 */
public final class BodyPolicy {

  private final BodySyntaxPolicy grammar;
  private final FhirContext fhir;
  private final ProfileValidator validator;
  private final FindingPolicy findingPolicy;
  private final String resourceType;
  private final String profile;

  /**
   * A policy for bodies of one type.
   *
   * @param grammar what is asked of a body before it is read
   * @param resourceType the type that is expected
   * @param profile canonical URL of the profile that they must satisfy
   */
  public BodyPolicy(
      BodySyntaxPolicy grammar,
      FhirContext fhir,
      ProfileValidator validator,
      FindingPolicy findingPolicy,
      String resourceType,
      String profile) {
    this.grammar = grammar;
    this.fhir = fhir;
    this.validator = validator;
    this.findingPolicy = findingPolicy;
    this.resourceType = resourceType;
    this.profile = profile;
  }

  /** Reads {@code text} with HAPI's parser. */
  public ParsedBody read(String text, EncodingEnum encoding) {
    Optional<Outcome> syntaxError = grammar.refusal(encoding, text);
    if (syntaxError.isPresent()) {
      return new ParsedBody(text, encoding, null, List.of(), syntaxError);
    }
    RecordingErrorHandler parsing = new RecordingErrorHandler();
    IBaseResource resource;
    try {
      IParser parser = encoding == EncodingEnum.XML ? fhir.newXmlParser() : fhir.newJsonParser();
      resource = parser.setParserErrorHandler(parsing).parseResource(text);
    } catch (RuntimeException unreadable) {
      // A DataFormatException as a rule; HAPI's parser fails otherwise on null among extensions.
      Outcome refusal =
          Outcome.of(
              Situation.UNREADABLE_BODY,
              "Expected a FHIR resource in %s; the body cannot be read as one."
                  .formatted(encoding));
      return new ParsedBody(text, encoding, null, List.of(), Optional.of(refusal));
    }
    return new ParsedBody(text, encoding, resource, parsing.dropped(), refusal(resource, parsing));
  }

  /** What is said of {@code body}: the refusal that it has, or what validation finds. */
  public ValidationOutcome validate(ParsedBody body) {
    List<Finding> findings =
        findingPolicy.grade(validator.validate(body.text(), body.encoding(), List.of(profile)));
    return new ValidationOutcome(
        findings,
        body.refusal()
            .or(() -> findingPolicy.refusal(findings))
            .or(() -> refusalOfTheDropped(body)));
  }

  private Optional<Outcome> refusal(IBaseResource resource, RecordingErrorHandler parsing) {
    if (!parsing.unknown().isEmpty()) {
      return Optional.of(
          Outcome.of(
              Situation.UNREADABLE_BODY,
              "Expected elements of FHIR STU3 only; found %d unknown ones, the first of them %s."
                  .formatted(parsing.unknown().size(), quoted(parsing.unknown().get(0)))));
    }
    if (!resourceType.equals(resource.fhirType())) {
      return Optional.of(
          Outcome.of(
              Situation.BODY_OF_ANOTHER_TYPE,
              "Expected a resource of type %s; found %s."
                  .formatted(resourceType, resource.fhirType())));
    }
    return Optional.empty();
  }

  /** The validator let pass what the parser cannot keep: refusing loses nothing. */
  private static Optional<Outcome> refusalOfTheDropped(ParsedBody body) {
    return body.dropped().isEmpty()
        ? Optional.empty()
        : Optional.of(new Outcome(Situation.INVALID_RESOURCE, body.dropped()));
  }

  private static String quoted(String name) {
    return "'" + name.replaceAll("[^A-Za-z0-9_\\-.]", "?") + "'";
  }
}
