package ndop.fhir.request;

import ca.uhn.fhir.rest.api.server.RequestDetails;
import ndop.fhir.policy.Caller;

/**
 * The caller of a request, stored in the request's user data: {@code AuthenticationInterceptor}
 * sets it.
 */
public final class RequestCaller {

  private RequestCaller() {}

  /** Stores the caller for the rest of the request. */
  public static void set(RequestDetails request, Caller caller) {
    request.getUserData().put(Caller.class, caller);
  }

  /**
   * The caller; {@link Caller#UNKNOWN} if the request was never authenticated, such as one made by
   * the server itself.
   */
  public static Caller get(RequestDetails request) {
    Object caller = request == null ? null : request.getUserData().get(Caller.class);
    return caller instanceof Caller known ? known : Caller.UNKNOWN;
  }
}
