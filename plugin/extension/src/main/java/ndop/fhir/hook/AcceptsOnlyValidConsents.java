package ndop.fhir.hook;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.interceptor.api.Hook;
import ca.uhn.fhir.interceptor.api.Interceptor;
import ca.uhn.fhir.interceptor.api.Pointcut;
import ca.uhn.fhir.parser.DataFormatException;
import ca.uhn.fhir.parser.IParser;
import ca.uhn.fhir.rest.api.Constants;
import ca.uhn.fhir.rest.api.EncodingEnum;
import ca.uhn.fhir.rest.api.RestOperationTypeEnum;
import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;
import java.util.List;
import ndop.fhir.edition.Edition;
import ndop.fhir.outcome.SpineOutcomes;
import ndop.fhir.policy.MediaTypePolicy;
import ndop.fhir.policy.Refusal;
import ndop.fhir.policy.Situation;
import ndop.fhir.policy.Verdict;
import ndop.fhir.validation.Finding;
import ndop.fhir.validation.ProfileValidator;
import org.hl7.fhir.instance.model.api.IBaseResource;

/**
 * Reads the body of a create or an update and refuses one that cannot be read, is of another type,
 * breaks the rule on ids, or does not satisfy the edition's profile, whatever {@code meta.profile}
 * says (NDOP-002, NDOP-085, NDOP-114, NDOP-117, NDOP-118, NDOP-138, NDOP-139).
 *
 * <p>Whether another such resource exists is not asked here: the database knows that.
 */
@Interceptor
public final class AcceptsOnlyValidConsents {

  private final Edition edition;
  private final FhirContext fhir;
  private final ProfileValidator validator;
  private final Verdict verdict;
  private final SpineOutcomes outcomes;
  private final BodyReader bodies;

  public AcceptsOnlyValidConsents(
      Edition edition,
      FhirContext fhir,
      ProfileValidator validator,
      Verdict verdict,
      SpineOutcomes outcomes,
      int bodyBound) {
    this.edition = edition;
    this.fhir = fhir;
    this.validator = validator;
    this.verdict = verdict;
    this.outcomes = outcomes;
    this.bodies = new BodyReader(bodyBound, outcomes);
  }

  /** Leaves the parsed resource with the request, or throws the refusal. */
  @Hook(Pointcut.SERVER_INCOMING_REQUEST_POST_PROCESSED)
  public void insistOnAValidBody(ServletRequestDetails request) {
    RestOperationTypeEnum operation = request.getRestOperationType();
    if (operation != RestOperationTypeEnum.CREATE && operation != RestOperationTypeEnum.UPDATE) {
      return;
    }
    boolean xml = MediaTypePolicy.isXml(request.getHeader(Constants.HEADER_CONTENT_TYPE));
    String body = bodies.read(request);
    TolerantParsing parsing = new TolerantParsing();
    IBaseResource resource = parsed(xml, body, parsing);
    insistOnTheType(resource);
    insistOnTheId(operation, request, resource);
    insistOnTheProfile(xml, body, parsing);
    request.setResource(resource);
  }

  private IBaseResource parsed(boolean xml, String body, TolerantParsing parsing) {
    IParser parser = xml ? fhir.newXmlParser() : fhir.newJsonParser();
    IBaseResource resource;
    try {
      resource = parser.setParserErrorHandler(parsing).parseResource(body);
    } catch (DataFormatException unreadable) {
      throw outcomes.refused(
          Situation.UNREADABLE_BODY,
          "Expected a FHIR resource in %s; the body cannot be read as one."
              .formatted(xml ? "XML" : "JSON"));
    }
    if (!parsing.unknown().isEmpty()) {
      throw outcomes.refused(
          Situation.UNREADABLE_BODY,
          "Expected elements of FHIR STU3 only; found %d unknown ones, the first of them %s."
              .formatted(parsing.unknown().size(), quoted(parsing.unknown().get(0))));
    }
    return resource;
  }

  private void insistOnTheType(IBaseResource resource) {
    if (!edition.resourceType().equals(resource.fhirType())) {
      throw outcomes.refused(
          Situation.BODY_OF_ANOTHER_TYPE,
          "Expected a resource of type %s; found %s."
              .formatted(edition.resourceType(), resource.fhirType()));
    }
  }

  private void insistOnTheId(
      RestOperationTypeEnum operation, ServletRequestDetails request, IBaseResource resource) {
    String id = resource.getIdElement().getIdPart();
    if (operation == RestOperationTypeEnum.CREATE && id != null) {
      throw outcomes.refused(
          Situation.CLIENT_ASSIGNED_ID,
          "A new resource gets its id from the server; found an id in the body.");
    }
    if (operation == RestOperationTypeEnum.UPDATE && !request.getId().getIdPart().equals(id)) {
      throw outcomes.refused(
          Situation.BODY_ID_MISSING,
          "Expected the id of the URL in the body; found %s."
              .formatted(id == null ? "none" : "another"));
    }
  }

  private void insistOnTheProfile(boolean xml, String body, TolerantParsing parsing) {
    List<Finding> findings =
        validator.validate(
            body, xml ? EncodingEnum.XML : EncodingEnum.JSON, List.of(edition.profile()));
    verdict.refusal(findings).ifPresent(this::refuse);
    if (!parsing.dropped().isEmpty()) {
      // The validator let pass what the parser cannot keep: refusing loses nothing.
      throw outcomes.refused(new Refusal(Situation.INVALID_RESOURCE, parsing.dropped()));
    }
  }

  private void refuse(Refusal refusal) {
    throw outcomes.refused(refusal);
  }

  private static String quoted(String name) {
    return "'" + name.replaceAll("[^A-Za-z0-9_\\-.]", "?") + "'";
  }
}
