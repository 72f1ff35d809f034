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
 * Decides whether a text may be the body of a create or an update, independently of the rest of the
 * request: it must be readable, of the API's resource type, and valid against its profile, whatever
 * {@code meta.profile} says (NDOP-002, NDOP-085, NDOP-138, NDOP-139). The server and the offline
 * validator share it. Thread-safe.
 *
 * <p>Whether the patient already has a Consent is not checked here; the database decides that.
 *
 * @see BodySyntaxPolicy
 * @see FindingPolicy
 */
public final class BodyPolicy {

  private final BodySyntaxPolicy syntax;
  private final FhirContext fhir;
  private final ProfileValidator validator;
  private final FindingPolicy findingPolicy;
  private final String resourceType;
  private final String profile;

  /**
   * A policy for bodies of one type.
   *
   * @param syntax the rules that a body must satisfy before it is parsed
   * @param resourceType the type that is expected
   * @param profile canonical URL of the profile that a body must satisfy
   */
  public BodyPolicy(
      BodySyntaxPolicy syntax,
      FhirContext fhir,
      ProfileValidator validator,
      FindingPolicy findingPolicy,
      String resourceType,
      String profile) {
    this.syntax = syntax;
    this.fhir = fhir;
    this.validator = validator;
    this.findingPolicy = findingPolicy;
    this.resourceType = resourceType;
    this.profile = profile;
  }

  /**
   * Parses {@code text} with HAPI's parser; if the body is refused at this stage, the result has
   * the refusal.
   */
  public ParsedBody read(String text, EncodingEnum encoding) {
    Optional<Outcome> syntaxError = syntax.refusal(encoding, text);
    if (syntaxError.isPresent()) {
      return new ParsedBody(text, encoding, null, List.of(), syntaxError);
    }
    RecordingErrorHandler errors = new RecordingErrorHandler();
    IBaseResource resource;
    try {
      IParser parser = encoding == EncodingEnum.XML ? fhir.newXmlParser() : fhir.newJsonParser();
      resource = parser.setParserErrorHandler(errors).parseResource(text);
    } catch (RuntimeException unreadable) {
      // Usually a DataFormatException; on null among extensions HAPI's parser fails in another way.
      Outcome refusal =
          Outcome.of(
              Situation.UNREADABLE_BODY,
              "Expected a FHIR resource in %s; the body cannot be read as one."
                  .formatted(encoding));
      return new ParsedBody(text, encoding, null, List.of(), Optional.of(refusal));
    }
    return new ParsedBody(text, encoding, resource, errors.dropped(), refusal(resource, errors));
  }

  /** Validates {@code body}, even if it was refused when it was parsed. */
  public ValidationOutcome validate(ParsedBody body) {
    return validate(body, profile);
  }

  /**
   * Validates {@code body} against a profile other than the API's.
   *
   * @throws IllegalArgumentException the validator does not have the profile
   */
  public ValidationOutcome validate(ParsedBody body, String profile) {
    List<Finding> findings =
        findingPolicy.grade(validator.validate(body.text(), body.encoding(), List.of(profile)));
    return new ValidationOutcome(
        findings,
        body.refusal().or(() -> findingPolicy.refusal(findings)).or(() -> refusalOfDropped(body)));
  }

  /** Canonical URL of the profile that a body must satisfy. */
  public String profile() {
    return profile;
  }

  private Optional<Outcome> refusal(IBaseResource resource, RecordingErrorHandler errors) {
    if (!errors.unknown().isEmpty()) {
      return Optional.of(
          Outcome.of(
              Situation.UNREADABLE_BODY,
              "Expected elements of FHIR STU3 only; found %d unknown ones, the first of them %s."
                  .formatted(errors.unknown().size(), quoted(errors.unknown().get(0)))));
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

  /** What the parser dropped would be missing from the stored resource, valid or not. */
  private static Optional<Outcome> refusalOfDropped(ParsedBody body) {
    return body.dropped().isEmpty()
        ? Optional.empty()
        : Optional.of(new Outcome(Situation.INVALID_RESOURCE, body.dropped()));
  }

  private static String quoted(String name) {
    return QuotedInput.of(name).replaceAll("[^A-Za-z0-9_\\-.'…]", "?");
  }
}
