package ndop.fhir.interceptor;

import ca.uhn.fhir.parser.DataFormatException;
import ca.uhn.fhir.rest.server.exceptions.BaseServerResponseException;
import ca.uhn.fhir.rest.server.exceptions.ResourceGoneException;
import ca.uhn.fhir.rest.server.exceptions.ResourceNotFoundException;
import ca.uhn.fhir.rest.server.exceptions.ResourceVersionConflictException;
import java.util.regex.Pattern;
import ndop.fhir.policy.Outcome;
import ndop.fhir.policy.Situation;

/**
 * Says what an exception of HAPI's means to a client: HAPI's status does not tell all cases apart,
 * its codes in the message do.
 */
final class HapiExceptionMapper {

  /** A second resource with the same identity: found before the write, or by the database. */
  private static final Pattern DUPLICATE = Pattern.compile("HAPI-(?:1093|0824)");

  /** No binding for the request: the hooks before it should have refused. */
  private static final Pattern NOT_BOUND = Pattern.compile("HAPI-(?:0287|0302|0303)");

  private static final Pattern NO_BODY_TYPE = Pattern.compile("HAPI-(?:0446|0448|0449)");

  private static final Pattern UNKNOWN_PARAMETER = Pattern.compile("HAPI-(?:0524|1223)");

  /** HAPI leaves control characters out of the names of parameters and finds one twice then. */
  private static final Pattern SAME_NAME = Pattern.compile("^Duplicate key ");

  private HapiExceptionMapper() {}

  /** The outcome; {@link Situation#INTERNAL_FAILURE} where nothing better is known. */
  static Outcome outcome(Throwable thrown) {
    if (has(thrown, DUPLICATE)) {
      return Outcome.of(
          Situation.DUPLICATE,
          "There is a Consent of this identity already; it is changed by PUT to its id.");
    }
    if (thrown instanceof ResourceNotFoundException && !has(thrown, NOT_BOUND)
        || thrown instanceof ResourceGoneException) {
      return Outcome.unknownRecord();
    }
    if (thrown instanceof ResourceVersionConflictException) {
      return Outcome.of(
          Situation.STALE_VERSION,
          "The stored version is not the one that If-Match names, or changed meanwhile. "
              + "Read it again, then repeat the update.");
    }
    if (has(thrown, NO_BODY_TYPE)) {
      return Outcome.of(
          Situation.UNSUPPORTED_MEDIA_TYPE,
          "Expected a body with Content-Type application/fhir+json or application/fhir+xml.");
    }
    if (has(thrown, UNKNOWN_PARAMETER)
        || thrown instanceof IllegalStateException && has(thrown, SAME_NAME)) {
      return Outcome.of(Situation.INVALID_PARAMETER, "A parameter of the URL is not supported.");
    }
    if (has(thrown, NOT_BOUND)) {
      return Outcome.of(Situation.NOT_IMPLEMENTED, "The request is not part of this API.");
    }
    if (thrown instanceof DataFormatException) {
      return Outcome.of(Situation.UNREADABLE_BODY, "The body cannot be read as a FHIR resource.");
    }
    if (thrown instanceof BaseServerResponseException known && known.getStatusCode() < 500) {
      return Outcome.of(Situation.MALFORMED_REQUEST, "The request is not well formed.");
    }
    return Outcome.of(Situation.INTERNAL_FAILURE, "The request failed unexpectedly.");
  }

  private static boolean has(Throwable thrown, Pattern pattern) {
    return pattern.matcher(String.valueOf(thrown.getMessage())).find();
  }
}
