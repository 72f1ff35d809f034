package ndop.fhir.interceptor;

import ca.uhn.fhir.parser.DataFormatException;
import ca.uhn.fhir.rest.server.exceptions.BaseServerResponseException;
import ca.uhn.fhir.rest.server.exceptions.ResourceGoneException;
import ca.uhn.fhir.rest.server.exceptions.ResourceNotFoundException;
import ca.uhn.fhir.rest.server.exceptions.ResourceVersionConflictException;
import java.util.regex.Pattern;
import ndop.fhir.policy.Outcome;
import ndop.fhir.policy.Situation;
import ndop.fhir.store.StoreFailure;

/**
 * Maps HAPI's exceptions to the edition's outcomes. If the class and status of an exception are
 * ambiguous, HAPI's code at the start of its message decides.
 */
final class HapiExceptionMapper {

  /** A second resource with the same identity, detected before the write or by the database. */
  private static final Pattern DUPLICATE = Pattern.compile("HAPI-(?:1093|0824)");

  /** No method is bound for the request; {@link RequestScopeInterceptor} should have refused it. */
  private static final Pattern NOT_BOUND = Pattern.compile("HAPI-(?:0287|0302|0303)");

  private static final Pattern UNKNOWN_CONTENT_TYPE = Pattern.compile("HAPI-(?:0446|0448|0449)");

  private static final Pattern UNKNOWN_PARAMETER = Pattern.compile("HAPI-(?:0524|1223)");

  /** HAPI drops control characters from parameter names, which can make two names equal. */
  private static final Pattern DUPLICATE_PARAMETER = Pattern.compile("^Duplicate key ");

  /** Of a write that failed while or after it was committed. */
  static final Outcome OUTCOME_UNKNOWN =
      Outcome.of(
          Situation.OUTCOME_UNKNOWN,
          "The outcome of this write is not known; search before you repeat it.");

  /** Of a read that failed. */
  static final Outcome STORE_UNAVAILABLE =
      Outcome.of(Situation.STORE_UNAVAILABLE, "The store cannot be reached; repeat the request.");

  private HapiExceptionMapper() {}

  /**
   * The outcome; {@link Situation#INTERNAL_FAILURE} if nothing more specific applies.
   *
   * @param write what is certain about a write that the request asked for
   */
  static Outcome outcome(Throwable thrown, WriteProgress write) {
    if (has(thrown, DUPLICATE)) {
      return Outcome.of(
          Situation.DUPLICATE,
          "There is a Consent of this identity already; it is changed by PUT to its id.");
    }
    if (StoreFailure.of(thrown).isPresent()) {
      return outcomeOfFailedStore(write);
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
    if (has(thrown, UNKNOWN_CONTENT_TYPE)) {
      return Outcome.of(
          Situation.UNSUPPORTED_MEDIA_TYPE,
          "Expected a body with Content-Type application/fhir+json or application/fhir+xml.");
    }
    if (has(thrown, UNKNOWN_PARAMETER)
        || thrown instanceof IllegalStateException && has(thrown, DUPLICATE_PARAMETER)) {
      return Outcome.of(Situation.INVALID_PARAMETER, "A parameter of the URL is not supported.");
    }
    if (has(thrown, NOT_BOUND)) {
      return Outcome.of(Situation.NOT_IMPLEMENTED, "The request is not part of this API.");
    }
    if (thrown instanceof DataFormatException && write == WriteProgress.NONE) {
      return Outcome.of(Situation.INVALID_PARAMETER, "The value of a parameter cannot be read.");
    }
    if (thrown instanceof DataFormatException) {
      return Outcome.of(Situation.UNREADABLE_BODY, "The body cannot be read as a FHIR resource.");
    }
    if (thrown instanceof BaseServerResponseException known && known.getStatusCode() < 500) {
      return Outcome.of(Situation.MALFORMED_REQUEST, "The request is not well formed.");
    }
    return Outcome.of(Situation.INTERNAL_FAILURE, "The request failed unexpectedly.");
  }

  /** A refused connection says nothing of a write that had its own and has begun to commit. */
  static Outcome outcomeOfFailedStore(WriteProgress write) {
    return switch (write) {
      case NONE -> STORE_UNAVAILABLE;
      case PENDING ->
          Outcome.of(
              Situation.STORE_UNAVAILABLE,
              "The store cannot be reached or written; nothing was stored. Repeat the request.");
      case COMMITTING -> OUTCOME_UNKNOWN;
    };
  }

  private static boolean has(Throwable thrown, Pattern pattern) {
    return pattern.matcher(String.valueOf(thrown.getMessage())).find();
  }
}
