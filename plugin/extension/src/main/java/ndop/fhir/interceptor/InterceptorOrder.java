package ndop.fhir.interceptor;

/**
 * The order in which the interceptors are called at a pointcut, lowest first. Where security
 * depends on the order, the constant says why; {@code InterceptorOrderTest} fails when it changes.
 *
 * <p>The host's interceptors have order 0 unless they specify another. Interceptors that guard a
 * request come before them, so that the host's never see a request that is refused; those that
 * record come after them, so that they record the final result. All orders are far from the limits
 * of an int, because HAPI compares them by subtraction, which could overflow.
 *
 * @see ca.uhn.fhir.rest.server.interceptor.InterceptorOrders HAPI's own constants
 * @see ndop.fhir.servlet.FilterOrder for what comes before HAPI
 */
public final class InterceptorOrder {

  /** Filters the methods that HAPI binds at startup. */
  public static final int INTERACTION_BINDING = -1000;

  /** At an earlier pointcut than authentication: a browser's preflight carries no token. */
  public static final int CORS = -1000;

  /**
   * First once HAPI has read the request line, so that an unauthenticated caller learns nothing
   * about the API or about what else is wrong with the request.
   */
  public static final int AUTHENTICATION = -900;

  /**
   * After {@link #AUTHENTICATION}, and before anything that reads parameters or headers, because
   * the interceptors that follow rely on their form.
   */
  public static final int REQUEST_SCOPE = -800;

  /** After {@link #REQUEST_SCOPE}; nothing depends on its position. */
  public static final int CONDITIONAL_READ = -700;

  /** After {@link #REQUEST_SCOPE}; nothing depends on its position. */
  public static final int RESPONSE_COMPRESSION = -650;

  /** After {@link #REQUEST_SCOPE}, which ensures that {@code _count} is a number. */
  public static final int PAGE_SIZE = -600;

  /** First after HAPI has found a handler: later interceptors need a parsed and valid body. */
  public static final int REQUEST_VALIDATION = -500;

  /**
   * After {@link #REQUEST_VALIDATION}, because a create names its patient in the body. Before
   * anything that depends on what is stored, so that no response reveals whether another patient
   * has a Consent.
   */
  public static final int PATIENT_AUTHORIZATION = -400;

  /** After {@link #PATIENT_AUTHORIZATION}: its response would reveal that the Consent exists. */
  public static final int IF_MATCH = -300;

  /** Last before the handler: what is refused for another reason needs no space. */
  public static final int FREE_SPACE = -250;

  /** The only one at its pointcut. */
  public static final int UPDATE_AS_CREATE = -200;

  /** After {@link #IF_MATCH}, so that a missing header is reported first. */
  public static final int IMMUTABLE_PATIENT = -200;

  /**
   * Before any other that maps exceptions: HAPI uses the result of the first hook that returns one,
   * and its own messages reveal versions, types and sometimes a patient. On success, before {@link
   * #AUDIT_LOG}.
   */
  public static final int SPINE_EXCEPTION = -1000;

  /** The only one at its pointcut. */
  public static final int LOCATION_HEADER = 1000;

  /**
   * Before any other that handles exceptions: a hook that sends a response ends the chain, and the
   * refusal would go unrecorded.
   */
  public static final int AUDIT_LOG_EXCEPTION = -1000;

  /** Before {@link #AUDIT_LOG}, so that the event is rolled back if the log cannot be written. */
  public static final int AUDIT_EVENT = 90_000;

  /** Before {@link #AUDIT_LOG}, which records what is sent. */
  public static final int NOT_MODIFIED = 80_000;

  /** Before {@link #AUDIT_LOG}, which records what is sent. */
  public static final int FORCE = 95_000;

  /** Last, so that it records what is stored or sent and nothing can change it afterwards. */
  public static final int AUDIT_LOG = 100_000;

  /** After {@link #AUDIT_LOG}, the last that can prevent the commit: only the commit follows. */
  public static final int COMMITTING = 110_000;

  /** After {@link #AUDIT_LOG}, which records the parameters as they were sent. */
  public static final int EMPTY_PAGE = 120_000;

  private InterceptorOrder() {}
}
