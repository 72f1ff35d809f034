package ndop.fhir.interceptor;

import ca.uhn.fhir.interceptor.api.Hook;
import ca.uhn.fhir.interceptor.api.Interceptor;
import ca.uhn.fhir.interceptor.api.Pointcut;
import ca.uhn.fhir.rest.api.Constants;
import ca.uhn.fhir.rest.api.EncodingEnum;
import ca.uhn.fhir.rest.api.RestOperationTypeEnum;
import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;
import java.util.Optional;
import ndop.fhir.outcome.SpineOutcomeFactory;
import ndop.fhir.policy.BodyIdPolicy;
import ndop.fhir.policy.BodyPolicy;
import ndop.fhir.policy.BodySizePolicy;
import ndop.fhir.policy.MediaTypePolicy;
import ndop.fhir.policy.Outcome;
import ndop.fhir.policy.ParsedBody;
import ndop.fhir.request.RequestBodyReader;
import org.hl7.fhir.instance.model.api.IBaseResource;

/**
 * Lets a create or update reach the database only if its body is readable, within the limits, of
 * the API's resource type and valid against the edition's profile, and has the id that the
 * interaction requires (NDOP-002, NDOP-085, NDOP-114, NDOP-117, NDOP-118, NDOP-138, NDOP-139).
 *
 * <p>Hook: {@code SERVER_INCOMING_REQUEST_POST_PROCESSED}, before {@link
 * PatientAuthorizationInterceptor}, which needs the parsed body.
 *
 * <p>It is not HAPI's interceptor of the same name ({@link
 * ca.uhn.fhir.rest.server.interceptor.RequestValidatingInterceptor}). That one validates every
 * request with a body against the profiles that {@code meta.profile} names, and leaves the parsing
 * to HAPI. This one validates a Consent against the edition's profile whatever {@code meta.profile}
 * says, passes the validated resource on to HAPI, so that nothing else is stored, and responds with
 * the edition's codes.
 *
 * <p>Whether the patient already has a Consent is decided by the database.
 *
 * @see BodyPolicy the rules, which the offline validator shares
 */
@Interceptor
public final class RequestValidatingInterceptor {

  private final BodyPolicy policy;
  private final SpineOutcomeFactory outcomes;
  private final RequestBodyReader bodies;

  public RequestValidatingInterceptor(
      BodyPolicy policy, SpineOutcomeFactory outcomes, BodySizePolicy sizes) {
    this.policy = policy;
    this.outcomes = outcomes;
    this.bodies = new RequestBodyReader(sizes, outcomes);
  }

  /** Sets the parsed resource of the request, or throws if the body is refused. */
  @Hook(
      value = Pointcut.SERVER_INCOMING_REQUEST_POST_PROCESSED,
      order = InterceptorOrder.REQUEST_VALIDATION)
  public void validateBody(ServletRequestDetails request) {
    RestOperationTypeEnum operation = request.getRestOperationType();
    if (operation != RestOperationTypeEnum.CREATE && operation != RestOperationTypeEnum.UPDATE) {
      return;
    }
    boolean xml = MediaTypePolicy.isXml(request.getHeader(Constants.HEADER_CONTENT_TYPE));
    ParsedBody body = policy.read(bodies.read(request), xml ? EncodingEnum.XML : EncodingEnum.JSON);
    body.refusal().ifPresent(this::refuse);
    refusalOfId(operation, request, body.resource()).ifPresent(this::refuse);
    policy.validate(body).refusal().ifPresent(this::refuse);
    request.setResource(body.resource());
  }

  private static Optional<Outcome> refusalOfId(
      RestOperationTypeEnum operation, ServletRequestDetails request, IBaseResource resource) {
    return operation == RestOperationTypeEnum.CREATE
        ? BodyIdPolicy.refusalOfCreate(resource)
        : BodyIdPolicy.refusalOfUpdate(resource, request.getId().getIdPart());
  }

  private void refuse(Outcome refusal) {
    throw outcomes.exception(refusal);
  }
}
