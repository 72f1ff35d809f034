package ndop.fhir.servlet;

import org.springframework.core.Ordered;

/**
 * The order of the servlet filters, lowest first. They come before the host's filters and before
 * HAPI, which never see a request that is refused here.
 *
 * <p>A filter of the host may have the highest precedence too, so {@link TomcatCustomizer} puts
 * those whose names begin with {@link #NAME_PREFIX} before it.
 *
 * @see ndop.fhir.interceptor.InterceptorOrder for what follows within HAPI
 */
public final class FilterOrder {

  /** How the names of the extension's filters begin, in the container. */
  public static final String NAME_PREFIX = "ndop";

  /**
   * First, so that headers that name products are removed from the responses of all later filters.
   */
  public static final int SERVER_HEADER = Ordered.HIGHEST_PRECEDENCE;

  /** Before any response, so that a refusal is not cached either. */
  public static final int CACHE_CONTROL = SERVER_HEADER + 1;

  /**
   * Before the limits and the certificate check: an orchestrator has neither slot nor certificate.
   */
  public static final int HEALTH_PROBE = CACHE_CONTROL + 1;

  /** After the probes, which are for no page, and before everything that may refuse a page's. */
  public static final int CORS_HEADER = HEALTH_PROBE + 1;

  /**
   * Before any work, and before the certificate check: a flood of refused clients is limited too.
   */
  public static final int REQUEST_LIMIT = CORS_HEADER + 1;

  /** Before any content: the published files are for known clients only, too. */
  public static final int CLIENT_CERTIFICATE = REQUEST_LIMIT + 1;

  /** After every check, because it is the first filter that serves content. */
  public static final int PUBLISHED_CONTENT = CLIENT_CERTIFICATE + 1;

  /**
   * After the published content, which is no business of the host, and before everything that is.
   */
  public static final int HOST_SCOPE = PUBLISHED_CONTENT + 1;

  /** After {@link #HOST_SCOPE}: only HAPI's servlet follows, and the filters of the host. */
  public static final int HAPI_HEADER = HOST_SCOPE + 1;

  /** As {@link #HAPI_HEADER}; nothing depends on which is first. */
  public static final int HEAD_REQUEST = HAPI_HEADER + 1;

  /** Last; it handles error dispatches only, in which no other filter takes part. */
  public static final int SPINE_ERROR = Ordered.LOWEST_PRECEDENCE;

  private FilterOrder() {}
}
