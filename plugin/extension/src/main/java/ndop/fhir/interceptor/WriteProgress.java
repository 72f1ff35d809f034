package ndop.fhir.interceptor;

import ca.uhn.fhir.rest.api.RequestTypeEnum;
import ca.uhn.fhir.rest.api.server.RequestDetails;
import ndop.fhir.store.OpenStore;

/**
 * How far a request has got with storing something, which decides what a failure may say of it: a
 * write is certainly not stored as long as its commit was not begun.
 */
enum WriteProgress {
  /** The request stores nothing. */
  NONE,

  /** The request is to store something and has not stored it. */
  PENDING,

  /** The commit was begun, and may be complete. */
  COMMITTING;

  private static final Object KEY = new Object();
  private static final Object STORE = new Object();

  /** The progress of a request. */
  static WriteProgress of(RequestDetails request) {
    if (request.getUserData().get(KEY) == COMMITTING) {
      return COMMITTING;
    }
    RequestTypeEnum method = request.getRequestType();
    return method == RequestTypeEnum.POST || method == RequestTypeEnum.PUT ? PENDING : NONE;
  }

  /** Takes note of the store that the request is to write into. */
  static void setStore(RequestDetails request, OpenStore store) {
    request.getUserData().put(STORE, store);
  }

  /** The store that the request was to write into; one elsewhere if it stores nothing. */
  static OpenStore storeOf(RequestDetails request) {
    return (OpenStore) request.getUserData().getOrDefault(STORE, OpenStore.ELSEWHERE);
  }

  /** Takes note that only the commit follows. */
  static void markCommitting(RequestDetails request) {
    request.getUserData().put(KEY, COMMITTING);
  }
}
