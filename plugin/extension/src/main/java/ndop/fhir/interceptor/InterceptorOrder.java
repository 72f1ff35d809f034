package ndop.fhir.interceptor;

/**
 * The order in which the interceptors are called at a pointcut, the lowest first. Where security
 * hangs on it the constant says why; a test holds every interceptor to it.
 *
 * <p>An interceptor of the host has the order 0 unless it says otherwise. Those that guard a
 * request come before it, so that nobody sees what they refuse; those that record come after it, so
 * that they record what it made of the request. No order is near the bounds of an int: HAPI
 * compares two of them by subtraction, which would overflow.
 *
 * @see ca.uhn.fhir.rest.server.interceptor.InterceptorOrders HAPI's own constants
 * @see ndop.fhir.servlet.FilterOrder for what comes before HAPI
 */
public final class InterceptorOrder {

  /** Binds the methods of the API at start. */
  public static final int INTERACTION_BINDING = -1000;

  /** At a pointcut of its own before authentication: a browser's preflight carries no token. */
  public static final int CORS = -1000;

  /**
   * First once HAPI has read the request line: who is not let in learns nothing of the API, not
   * even which part of a request was wrong.
   */
  public static final int AUTHENTICATION = -900;

  /**
   * After authentication, and before anything that reads parameters or headers, whose form it has
   * checked for all that follow.
   */
  public static final int REQUEST_SCOPE = -800;

  public static final int IF_MODIFIED_SINCE = -700;

  /** After {@link #REQUEST_SCOPE}, which makes sure that {@code _count} is a number. */
  public static final int PAGE_SIZE = -600;

  /** First once a handler is found: what follows needs a body that is parsed and valid. */
  public static final int REQUEST_VALIDATION = -500;

  /**
   * After {@link #REQUEST_VALIDATION}, since a create names its patient in the body. Before all
   * that looks at what is stored or answers about it, so that nothing shows whether another patient
   * has a Consent; on a search before {@link #PATIENT_SEARCH}, so that the token's patient narrows
   * whatever the client asks.
   */
  public static final int PATIENT_AUTHORIZATION = -400;

  /** After {@link #PATIENT_AUTHORIZATION}: the answer would tell that the Consent exists. */
  public static final int IF_MATCH = -300;

  public static final int UPDATE_AS_CREATE = -200;

  /** After {@link #IF_MATCH}: that the header is missing is reported first. */
  public static final int IMMUTABLE_PATIENT = -200;

  public static final int PATIENT_SEARCH = -100;

  /**
   * First of all that see an exception: HAPI takes the exception of the first hook that returns
   * one, and its own texts name versions, types and sometimes a patient. On a success, before
   * {@link #AUDIT_LOG}.
   */
  public static final int SPINE_EXCEPTION = -1000;

  public static final int LOCATION_HEADER = 1000;

  /**
   * First of all that handle an exception: a hook that answers it ends the chain, and the refusal
   * would go unrecorded.
   */
  public static final int AUDIT_LOG_EXCEPTION = -1000;

  /**
   * Before {@link #AUDIT_LOG}, so that the event is rolled back where the log cannot be written.
   */
  public static final int AUDIT_EVENT = 90_000;

  /** Last, so that it records what is stored and sent, and nothing can change that afterwards. */
  public static final int AUDIT_LOG = 100_000;

  private InterceptorOrder() {}
}
