package ndop.fhir.store;

/** A database from when it was opened until it is closed. */
public interface OpenStore {

  /** A database that another process has: a commit that it confirms is there. */
  OpenStore ELSEWHERE = () -> true;

  /** Whether it is still open, and has written all that it has committed. */
  boolean isOpen();
}
