package ndop.fhir.interceptor;

import ca.uhn.fhir.interceptor.api.Hook;
import ca.uhn.fhir.interceptor.api.Interceptor;
import ca.uhn.fhir.interceptor.api.Pointcut;
import ca.uhn.fhir.rest.api.Constants;
import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;
import java.util.Optional;
import ndop.fhir.outcome.SpineOutcomeFactory;
import ndop.fhir.policy.Interaction;
import ndop.fhir.policy.InteractionPolicy;
import ndop.fhir.policy.MediaTypePolicy;
import ndop.fhir.policy.Outcome;
import ndop.fhir.policy.ParameterPolicy;
import ndop.fhir.policy.RequestHead;
import ndop.fhir.policy.Situation;

/**
 * Refuses, before HAPI looks for a handler, every request that is not part of the API: other types,
 * operations and methods, conditional forms, unknown parameters, unknown media types.
 *
 * <p>It does not look into bodies; {@link RequestValidatingInterceptor} does.
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

  /** Passes, or throws the refusal. */
  @Hook(Pointcut.SERVER_INCOMING_REQUEST_PRE_HANDLER_SELECTED)
  public void checkScope(ServletRequestDetails request) {
    Optional<Outcome> refusal = refusal(request);
    ResponseEncodingFallback.jsonInsteadOfRdf(request);
    refusal.ifPresent(this::refuse);
  }

  private Optional<Outcome> refusal(ServletRequestDetails request) {
    Optional<Outcome> wrongAnswerType =
        MediaTypePolicy.answerRefusal(format(request), request.getHeader(Constants.HEADER_ACCEPT));
    if (wrongAnswerType.isPresent()) {
      return wrongAnswerType;
    }
    RequestHead line = RequestHeadReader.read(request);
    Optional<Outcome> wrongLine = interactions.refusal(line);
    if (wrongLine.isPresent()) {
      return wrongLine;
    }
    Interaction interaction = interactions.interaction(line);
    if (interaction == Interaction.CREATE || interaction == Interaction.UPDATE) {
      Optional<Outcome> wrongBodyType =
          MediaTypePolicy.bodyRefusal(request.getHeader(Constants.HEADER_CONTENT_TYPE));
      if (wrongBodyType.isPresent()) {
        return wrongBodyType;
      }
    }
    if (interaction == Interaction.UPDATE
        && request.getHeader(Constants.HEADER_CONTENT_LOCATION) != null) {
      // HAPI would take the id from this header instead of the URL.
      return Optional.of(
          Outcome.of(Situation.MALFORMED_REQUEST, "The header Content-Location is not supported."));
    }
    return parameters.refusal(interaction, request.getParameters());
  }

  private void refuse(Outcome refusal) {
    throw outcomes.exception(refusal);
  }

  private static String format(ServletRequestDetails request) {
    String[] format = request.getParameters().get(Constants.PARAM_FORMAT);
    return format == null || format.length == 0 ? null : format[0];
  }
}
