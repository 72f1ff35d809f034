package ndop.fhir.servlet;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.parser.IParser;
import java.util.Map;
import java.util.Set;
import ndop.fhir.outcome.SpineOutcomeFactory;
import ndop.fhir.policy.MediaTypePolicy;
import ndop.fhir.policy.Outcome;
import ndop.fhir.policy.Situation;

/**
 * Creates the responses to errors that are raised before HAPI sees a request, or outside it: by the
 * servlet container (a URL that cannot be parsed, an unknown HTTP method, a path outside the API)
 * and by the filters of this package. They look like those of the API (NDOP-134 to NDOP-137).
 */
public final class SpineErrorResponseFactory {

  private static final Map<Integer, Situation> SITUATIONS =
      Map.of(
          404, Situation.UNKNOWN_RECORD,
          405, Situation.INTERACTION_REFUSED,
          408, Situation.REQUEST_TOO_SLOW,
          413, Situation.BODY_TOO_LARGE,
          414, Situation.ADDRESS_TOO_LONG,
          415, Situation.UNSUPPORTED_MEDIA_TYPE,
          501, Situation.NOT_IMPLEMENTED);

  /** Errors of the client in spite of their status: an unknown HTTP method or version. */
  private static final Set<Integer> CLIENT_ERRORS_FROM_500 = Set.of(501, 505);

  private final FhirContext fhir;
  private final SpineOutcomeFactory outcomes;

  public SpineErrorResponseFactory(FhirContext fhir, SpineOutcomeFactory outcomes) {
    this.fhir = fhir;
    this.outcomes = outcomes;
  }

  /** The response to an HTTP status that the container has set. */
  SpineErrorResponse forStatus(int status, String accept) {
    return forOutcome(outcome(status), accept);
  }

  /** The response to a refusal, in XML if {@code accept} prefers it. */
  SpineErrorResponse forOutcome(Outcome outcome, String accept) {
    boolean xml = MediaTypePolicy.isXml(MediaTypePolicy.answerType(accept, null));
    IParser parser = xml ? fhir.newXmlParser() : fhir.newJsonParser();
    return new SpineErrorResponse(
        outcomes.status(outcome),
        parser.encodeResourceToString(outcomes.operationOutcome(outcome)),
        xml ? "application/fhir+xml;charset=UTF-8" : "application/fhir+json;charset=UTF-8",
        outcomes.secondsToRetry(outcome));
  }

  private static Outcome outcome(int status) {
    if (status >= 500 && !CLIENT_ERRORS_FROM_500.contains(status)) {
      return Outcome.of(Situation.INTERNAL_FAILURE, "The request failed unexpectedly.");
    }
    Situation situation = SITUATIONS.getOrDefault(status, Situation.MALFORMED_REQUEST);
    return Outcome.of(
        situation,
        switch (situation) {
          case UNKNOWN_RECORD -> "There is nothing at this address.";
          case REQUEST_TOO_SLOW -> "The request did not arrive in time.";
          case INTERACTION_REFUSED, NOT_IMPLEMENTED -> "The method is not supported.";
          default -> "The request is not well formed.";
        });
  }
}
