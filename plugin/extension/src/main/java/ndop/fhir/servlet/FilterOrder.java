package ndop.fhir.servlet;

import org.springframework.core.Ordered;

/**
 * The order of the servlet filters, the lowest first. They come before every filter of the host and
 * before HAPI: what they refuse nobody else sees.
 *
 * @see ndop.fhir.interceptor.InterceptorOrder for what follows within HAPI
 */
public final class FilterOrder {

  /** First, so that the answers of all later filters lose the headers that name products, too. */
  public static final int SERVER_HEADER = Ordered.HIGHEST_PRECEDENCE;

  /** Before anything is answered, so that a refusal is not cached either. */
  public static final int CACHE_CONTROL = SERVER_HEADER + 1;

  /** Before all work, and before the certificate: a flood of refused clients is limited too. */
  public static final int REQUEST_LIMIT = CACHE_CONTROL + 1;

  /** Before any content: the published files, too, are for known clients only. */
  public static final int CLIENT_CERTIFICATE = REQUEST_LIMIT + 1;

  /** The first that answers with more than a refusal, so after every check. */
  public static final int PUBLISHED_CONTENT = CLIENT_CERTIFICATE + 1;

  /** Last; it sees error dispatches only, in which no filter before it takes part. */
  public static final int SPINE_ERROR = Ordered.LOWEST_PRECEDENCE;

  private FilterOrder() {}
}
