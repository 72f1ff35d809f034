package ndop.fhir.servlet;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.parser.IParser;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import ndop.fhir.outcome.SpineOutcomes;
import ndop.fhir.policy.Refusal;
import ndop.fhir.policy.Situation;

/**
 * Bodies for the errors that the servlet container answers itself, before or beside HAPI: a URL
 * that cannot be parsed, a method unknown to HTTP, a path outside the API.
 */
public final class OutcomeBodies {

  private static final Map<Integer, Situation> SITUATIONS =
      Map.of(
          404, Situation.UNKNOWN_RECORD,
          405, Situation.INTERACTION_REFUSED,
          408, Situation.REQUEST_TOO_SLOW,
          413, Situation.BODY_TOO_LARGE,
          414, Situation.ADDRESS_TOO_LONG,
          415, Situation.UNSUPPORTED_MEDIA_TYPE,
          501, Situation.NOT_IMPLEMENTED);

  /** What the client asks for that is not to be had: another method, another version of HTTP. */
  private static final Set<Integer> CLIENTS_FAULT = Set.of(501, 505);

  private final FhirContext fhir;
  private final SpineOutcomes outcomes;

  public OutcomeBodies(FhirContext fhir, SpineOutcomes outcomes) {
    this.fhir = fhir;
    this.outcomes = outcomes;
  }

  /**
   * A body and its media type.
   *
   * @param status HTTP status
   * @param text the outcome
   * @param mediaType a Content-Type
   */
  public record Body(int status, String text, String mediaType) {

    /** Makes it the answer of a servlet. */
    void answer(HttpServletResponse response) throws IOException {
      response.setStatus(status);
      response.setContentType(mediaType);
      response.getWriter().write(text);
    }
  }

  /** The body for a status, in XML where the client accepts only that. */
  public Body of(int status, String accept) {
    return of(refusal(status), accept);
  }

  /** The body for a refusal, in XML where the client accepts only that. */
  Body of(Refusal refusal, String accept) {
    boolean xml = accept != null && accept.contains("xml") && !accept.contains("json");
    IParser parser = xml ? fhir.newXmlParser() : fhir.newJsonParser();
    return new Body(
        outcomes.status(refusal),
        parser.encodeResourceToString(outcomes.outcome(refusal)),
        xml ? "application/fhir+xml;charset=UTF-8" : "application/fhir+json;charset=UTF-8");
  }

  /** As {@link #of(int, String)}, by the request's Accept header. */
  Body of(int status, HttpServletRequest request) {
    return of(status, request.getHeader("Accept"));
  }

  private static Refusal refusal(int status) {
    if (status >= 500 && !CLIENTS_FAULT.contains(status)) {
      return Refusal.of(Situation.INTERNAL_FAILURE, "The request failed unexpectedly.");
    }
    Situation situation = SITUATIONS.getOrDefault(status, Situation.MALFORMED_REQUEST);
    return Refusal.of(
        situation,
        switch (situation) {
          case UNKNOWN_RECORD -> "There is nothing at this address.";
          case REQUEST_TOO_SLOW -> "The request did not arrive in time.";
          case INTERACTION_REFUSED, NOT_IMPLEMENTED -> "The method is not supported.";
          default -> "The request is not well formed.";
        });
  }
}
