package ndop.fhir.interceptor;

/**
 * The order in which the interceptors are called at a pointcut, the lowest first. Where security
 * depends on the order, the constant says why; {@code InterceptorOrderTest} fails when it changes.
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
   * First once HAPI has read the request line, so that a caller who is not let in learns nothing
   * about the API, nor what else was wrong with the request.
   */
  public static final int AUTHENTICATION = -900;

  /**
   * After {@link #AUTHENTICATION}, and before anything that reads parameters or headers, since the
   * interceptors that follow rely on their form.
   */
  public static final int REQUEST_SCOPE = -800;

  /** After {@link #REQUEST_SCOPE}; nothing depends on it. */
  public static final int IF_MODIFIED_SINCE = -700;

  /** After {@link #REQUEST_SCOPE}, which makes sure that {@code _count} is a number. */
  public static final int PAGE_SIZE = -600;

  /** First once a handler is found: what follows needs a body that is parsed and valid. */
  public static final int REQUEST_VALIDATION = -500;

  /**
   * After {@link #REQUEST_VALIDATION}, since a create names its patient in the body. Before
   * anything that depends on what is stored, so that no answer shows whether another patient has a
   * Consent. On a search before {@link #PATIENT_SEARCH}: both conditions then apply.
   */
  public static final int PATIENT_AUTHORIZATION = -400;

  /** After {@link #PATIENT_AUTHORIZATION}: its answer would show that the Consent exists. */
  public static final int IF_MATCH = -300;

  /** The only one at its pointcut. */
  public static final int UPDATE_AS_CREATE = -200;

  /** After {@link #IF_MATCH}, so that a missing header is reported first. */
  public static final int IMMUTABLE_PATIENT = -200;

  /** After {@link #PATIENT_AUTHORIZATION} has narrowed the search to the token's patient. */
  public static final int PATIENT_SEARCH = -100;

  /**
   * Before any other that maps an exception: HAPI takes the result of the first hook that returns
   * one, and its own texts name versions, types and sometimes a patient. On success before {@link
   * #AUDIT_LOG}.
   */
  public static final int SPINE_EXCEPTION = -1000;

  /** The only one at its pointcut. */
  public static final int LOCATION_HEADER = 1000;

  /**
   * Before any other that handles an exception: a hook that answers it ends the chain, and the
   * refusal would go unrecorded.
   */
  public static final int AUDIT_LOG_EXCEPTION = -1000;

  /**
   * Before {@link #AUDIT_LOG}, so that the event is rolled back where the log cannot be written.
   */
  public static final int AUDIT_EVENT = 90_000;

  /** Last, so that it records what is stored or sent and nothing can change it afterwards. */
  public static final int AUDIT_LOG = 100_000;

  private InterceptorOrder() {}
}
