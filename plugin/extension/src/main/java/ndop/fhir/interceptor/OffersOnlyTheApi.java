package ndop.fhir.interceptor;

import ca.uhn.fhir.interceptor.api.Hook;
import ca.uhn.fhir.interceptor.api.Interceptor;
import ca.uhn.fhir.interceptor.api.Pointcut;
import ca.uhn.fhir.rest.api.Constants;
import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;
import java.util.Optional;
import ndop.fhir.outcome.SpineOutcomes;
import ndop.fhir.policy.Interaction;
import ndop.fhir.policy.InteractionPolicy;
import ndop.fhir.policy.MediaTypePolicy;
import ndop.fhir.policy.ParameterPolicy;
import ndop.fhir.policy.Refusal;
import ndop.fhir.policy.RequestLine;
import ndop.fhir.policy.Situation;

/**
 * Refuses, before HAPI looks for a handler, every request that is not part of the API: other types,
 * operations and methods, conditional forms, unknown parameters, unknown media types.
 *
 * <p>It does not look into bodies; {@link AcceptsOnlyValidConsents} does.
 */
@Interceptor
public final class OffersOnlyTheApi {

  private final InteractionPolicy interactions;
  private final ParameterPolicy parameters;
  private final SpineOutcomes outcomes;

  public OffersOnlyTheApi(
      InteractionPolicy interactions, ParameterPolicy parameters, SpineOutcomes outcomes) {
    this.interactions = interactions;
    this.parameters = parameters;
    this.outcomes = outcomes;
  }

  /** Passes, or throws the refusal. */
  @Hook(Pointcut.SERVER_INCOMING_REQUEST_PRE_HANDLER_SELECTED)
  public void insistOnTheApi(ServletRequestDetails request) {
    Optional<Refusal> refusal = refusal(request);
    AnswerForms.insistOnOneThatCanBeWritten(request);
    refusal.ifPresent(this::refuse);
  }

  private Optional<Refusal> refusal(ServletRequestDetails request) {
    Optional<Refusal> wrongAnswerType =
        MediaTypePolicy.answerRefusal(format(request), request.getHeader(Constants.HEADER_ACCEPT));
    if (wrongAnswerType.isPresent()) {
      return wrongAnswerType;
    }
    RequestLine line = RequestLines.of(request);
    Optional<Refusal> wrongLine = interactions.refusal(line);
    if (wrongLine.isPresent()) {
      return wrongLine;
    }
    Interaction interaction = interactions.interaction(line);
    if (interaction == Interaction.CREATE || interaction == Interaction.UPDATE) {
      Optional<Refusal> wrongBodyType =
          MediaTypePolicy.bodyRefusal(request.getHeader(Constants.HEADER_CONTENT_TYPE));
      if (wrongBodyType.isPresent()) {
        return wrongBodyType;
      }
    }
    if (interaction == Interaction.UPDATE
        && request.getHeader(Constants.HEADER_CONTENT_LOCATION) != null) {
      // HAPI would take the id from this header instead of the URL.
      return Optional.of(
          Refusal.of(Situation.MALFORMED_REQUEST, "The header Content-Location is not supported."));
    }
    return parameters.refusal(interaction, request.getParameters());
  }

  private void refuse(Refusal refusal) {
    throw outcomes.refused(refusal);
  }

  private static String format(ServletRequestDetails request) {
    String[] format = request.getParameters().get(Constants.PARAM_FORMAT);
    return format == null || format.length == 0 ? null : format[0];
  }
}
