package ndop.fhir.policy;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import ndop.fhir.edition.Edition;

/**
 * The situations in which a client gets an {@link Outcome}. How each is answered (status, severity,
 * issue type, code) is a fact of the edition, under the constant's name in lower case with hyphens.
 */
public enum Situation {
  UNREADABLE_BODY,
  BODY_OF_ANOTHER_TYPE,
  BODY_ID_MISSING,
  BODY_TOO_LARGE,
  BODY_TOO_COMPLEX,
  REQUEST_TOO_SLOW,
  ADDRESS_TOO_LONG,
  TOO_MANY_PARAMETERS,
  TOO_MANY_REQUESTS,
  OVERLOADED,
  MISSING_PARAMETER,
  INVALID_PARAMETER,
  MALFORMED_REQUEST,
  INVALID_TOKEN,
  INVALID_HEADER,
  ANOTHER_PATIENT,
  ACCESS_DENIED,
  UNKNOWN_CERTIFICATE,
  INVALID_NHS_NUMBER,
  UNKNOWN_RECORD,
  CLIENT_ASSIGNED_ID,
  INTERACTION_REFUSED,
  UNACCEPTABLE_MEDIA_TYPE,
  UNSUPPORTED_MEDIA_TYPE,
  STALE_VERSION,
  VERSION_REQUIRED,
  INVALID_RESOURCE,
  DUPLICATE,
  INTERNAL_FAILURE,
  STORE_UNAVAILABLE,
  OUTCOME_UNKNOWN,
  NOT_IMPLEMENTED,
  OTHER_TYPE_OR_OPERATION,
  CREATED,
  UPDATED;

  /** The key in {@code Edition.errors}. */
  public String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The answer that {@code edition} has for it. */
  public Edition.Answer answer(Edition edition) {
    return edition.errors().get(key());
  }

  /** The keys that {@code edition} has no answer for; a server of it cannot start. */
  public static List<String> unanswered(Edition edition) {
    return Arrays.stream(values())
        .map(Situation::key)
        .filter(key -> !edition.errors().containsKey(key))
        .toList();
  }
}
