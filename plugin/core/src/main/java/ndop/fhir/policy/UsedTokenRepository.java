package ndop.fhir.policy;

/**
 * The tokens that have been used, remembered until they can no longer be valid: across restarts,
 * and by all servers that share it.
 */
@FunctionalInterface
public interface UsedTokenRepository {

  /**
   * Adds a token; false if it is there already. Of several that add the same token at once, one
   * gets true.
   *
   * @param digest identifies the token
   * @param until when it may be forgotten, in seconds since 1970
   * @throws FullException there is no room for it
   */
  boolean add(String digest, long until) throws FullException;

  /** There is no room for another token. */
  final class FullException extends Exception {

    private static final long serialVersionUID = 1L;

    public FullException() {
      super("No room for another used token");
    }
  }
}
