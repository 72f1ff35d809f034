package ndop.fhir.interceptor;

import ca.uhn.fhir.parser.DataFormatException;
import ca.uhn.fhir.rest.server.exceptions.BaseServerResponseException;
import ca.uhn.fhir.rest.server.exceptions.ResourceGoneException;
import ca.uhn.fhir.rest.server.exceptions.ResourceNotFoundException;
import ca.uhn.fhir.rest.server.exceptions.ResourceVersionConflictException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import ndop.fhir.policy.Refusal;
import ndop.fhir.policy.Situation;

/**
 * What an exception of HAPI's means here.
 *
 * @param code HAPI's error code, or an empty string
 * @param thrown the exception
 */
record HapiFailure(String code, Throwable thrown) {

  private static final Pattern CODE = Pattern.compile("HAPI-(\\d{4})");

  /** A second resource with the same identity: found before the write, or by the database. */
  private static final Pattern DUPLICATE = Pattern.compile("HAPI-(?:1093|0824)");

  /** No binding for the request: the hooks before it should have refused. */
  private static final Pattern NOT_BOUND = Pattern.compile("HAPI-(?:0287|0302|0303)");

  private static final Pattern NO_BODY_TYPE = Pattern.compile("HAPI-(?:0446|0448|0449)");

  private static final Pattern UNKNOWN_PARAMETER = Pattern.compile("HAPI-(?:0524|1223)");

  /** HAPI leaves control characters out of the names of parameters and finds one twice then. */
  private static final Pattern SAME_NAME = Pattern.compile("^Duplicate key ");

  static HapiFailure of(Throwable thrown) {
    Matcher matcher = CODE.matcher(String.valueOf(thrown.getMessage()));
    return new HapiFailure(matcher.find() ? matcher.group(1) : "", thrown);
  }

  Refusal refusal() {
    if (has(DUPLICATE)) {
      return Refusal.of(
          Situation.DUPLICATE,
          "There is a Consent of this identity already; it is changed by PUT to its id.");
    }
    if (thrown instanceof ResourceNotFoundException && !has(NOT_BOUND)
        || thrown instanceof ResourceGoneException) {
      return Refusal.ofUnknownRecord();
    }
    if (thrown instanceof ResourceVersionConflictException) {
      return Refusal.of(
          Situation.STALE_VERSION,
          "The stored version is not the one that If-Match names, or changed meanwhile. "
              + "Read it again, then repeat the update.");
    }
    if (has(NO_BODY_TYPE)) {
      return Refusal.of(
          Situation.UNSUPPORTED_MEDIA_TYPE,
          "Expected a body with Content-Type application/fhir+json or application/fhir+xml.");
    }
    if (has(UNKNOWN_PARAMETER) || thrown instanceof IllegalStateException && has(SAME_NAME)) {
      return Refusal.of(Situation.INVALID_PARAMETER, "A parameter of the URL is not supported.");
    }
    if (has(NOT_BOUND)) {
      return Refusal.of(Situation.NOT_IMPLEMENTED, "The request is not part of this API.");
    }
    if (thrown instanceof DataFormatException) {
      return Refusal.of(Situation.UNREADABLE_BODY, "The body cannot be read as a FHIR resource.");
    }
    if (thrown instanceof BaseServerResponseException known && known.getStatusCode() < 500) {
      return Refusal.of(Situation.MALFORMED_REQUEST, "The request is not well formed.");
    }
    return Refusal.of(Situation.INTERNAL_FAILURE, "The request failed unexpectedly.");
  }

  private boolean has(Pattern pattern) {
    return pattern.matcher(String.valueOf(thrown.getMessage())).find();
  }
}
