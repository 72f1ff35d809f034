package ndop.fhir.interceptor;

import ca.uhn.fhir.rest.api.server.RequestDetails;
import ndop.fhir.policy.Caller;

/**
 * The caller of a request, kept in the request's user data: {@link AuthenticationInterceptor} puts
 * it there, every other interceptor reads it here.
 */
final class RequestCaller {

  private RequestCaller() {}

  /** Keeps the caller for the rest of the request. */
  static void set(RequestDetails request, Caller caller) {
    request.getUserData().put(Caller.class, caller);
  }

  /**
   * The caller; {@link Caller#UNKNOWN} where the request was never authenticated, such as one that
   * the server makes itself.
   */
  static Caller get(RequestDetails request) {
    Object caller = request == null ? null : request.getUserData().get(Caller.class);
    return caller instanceof Caller known ? known : Caller.UNKNOWN;
  }
}
