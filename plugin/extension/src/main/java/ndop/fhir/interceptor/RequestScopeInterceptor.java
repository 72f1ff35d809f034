package ndop.fhir.interceptor;

import ca.uhn.fhir.interceptor.api.Hook;
import ca.uhn.fhir.interceptor.api.Interceptor;
import ca.uhn.fhir.interceptor.api.Pointcut;
import ca.uhn.fhir.rest.api.Constants;
import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Optional;
import ndop.fhir.edition.Edition;
import ndop.fhir.outcome.SpineOutcomeFactory;
import ndop.fhir.policy.Interaction;
import ndop.fhir.policy.InteractionPolicy;
import ndop.fhir.policy.MediaTypePolicy;
import ndop.fhir.policy.Outcome;
import ndop.fhir.policy.ParameterPolicy;
import ndop.fhir.policy.RequestHead;
import ndop.fhir.policy.Situation;
import org.springframework.http.HttpHeaders;

/**
 * Refuses every request that is not part of the API before HAPI looks for a handler: other types,
 * operations and methods, conditional forms, unknown parameters and media types (NDOP-095, NDOP-104
 * to NDOP-111, NDOP-116, NDOP-140 to NDOP-143, NDOP-177 to NDOP-181, decision D-09).
 *
 * <p>Hook: {@code SERVER_INCOMING_REQUEST_PRE_HANDLER_SELECTED}, after {@link
 * AuthenticationInterceptor}.
 *
 * <p>It does not inspect bodies; {@link RequestValidatingInterceptor} does. It does not rely on
 * which methods HAPI has bound; {@link InteractionBindingInterceptor} restricts those
 * independently.
 *
 * @see InteractionPolicy
 * @see ParameterPolicy
 * @see MediaTypePolicy
 */
@Interceptor
public final class RequestScopeInterceptor {

  private final InteractionPolicy interactions;
  private final ParameterPolicy parameters;
  private final SpineOutcomeFactory outcomes;

  public RequestScopeInterceptor(
      InteractionPolicy interactions, ParameterPolicy parameters, SpineOutcomeFactory outcomes) {
    this.interactions = interactions;
    this.parameters = parameters;
    this.outcomes = outcomes;
  }

  /**
   * Throws if the request is not part of the API. An answer that the method is another's names
   * those of the address (RFC 9110, section 15.5.6).
   */
  @Hook(
      value = Pointcut.SERVER_INCOMING_REQUEST_PRE_HANDLER_SELECTED,
      order = InterceptorOrder.REQUEST_SCOPE)
  public void checkScope(ServletRequestDetails request) {
    Optional<Outcome> refusal = refusal(request);
    ResponseFormat.settle(request);
    if (refusal.isPresent()) {
      if (outcomes.status(refusal.get()) == HttpServletResponse.SC_METHOD_NOT_ALLOWED) {
        List<String> methods = interactions.methods(RequestHeadReader.read(request));
        request.getServletResponse().setHeader(HttpHeaders.ALLOW, String.join(", ", methods));
      }
      throw outcomes.exception(refusal.get());
    }
  }

  private Optional<Outcome> refusal(ServletRequestDetails request) {
    Optional<Outcome> acceptRefusal =
        MediaTypePolicy.answerRefusal(format(request), ResponseFormat.accept(request));
    if (acceptRefusal.isPresent()) {
      return acceptRefusal;
    }
    RequestHead head = RequestHeadReader.read(request);
    Optional<Outcome> headRefusal = interactions.refusal(head);
    if (headRefusal.isPresent()) {
      return headRefusal;
    }
    Interaction interaction = interactions.interaction(head);
    Optional<Edition.Operation> operation = interactions.operation(head);
    boolean hasBody = operation.isPresent() && head.method().equals("POST");
    if (hasBody || interaction == Interaction.CREATE || interaction == Interaction.UPDATE) {
      Optional<Outcome> contentTypeRefusal =
          MediaTypePolicy.bodyRefusal(request.getHeader(Constants.HEADER_CONTENT_TYPE));
      if (contentTypeRefusal.isPresent()) {
        return contentTypeRefusal;
      }
    }
    if (interaction == Interaction.UPDATE
        && request.getHeader(Constants.HEADER_CONTENT_LOCATION) != null) {
      // HAPI would take the id from this header and not from the URL.
      return Optional.of(
          Outcome.of(Situation.MALFORMED_REQUEST, "The header Content-Location is not supported."));
    }
    return operation.isPresent()
        ? parameters.refusal(operation.get(), request.getParameters())
        : parameters.refusal(interaction, request.getParameters());
  }

  private static String format(ServletRequestDetails request) {
    String[] format = request.getParameters().get(Constants.PARAM_FORMAT);
    return format == null || format.length == 0 ? null : format[0];
  }
}
