package ndop.fhir.policy;

import java.util.Optional;

/** Verifies who issued a token, and that it has not been changed. */
@FunctionalInterface
public interface SignaturePolicy {

  /**
   * Tokens are unsecured, as published: a signature is neither required nor verified (NDOP-154).
   */
  SignaturePolicy NOT_VERIFIED = token -> Optional.empty();

  /**
   * What is wrong with the signature, in one sentence; empty if it is accepted.
   *
   * @throws KeysUnavailableException whether a known key made it cannot be told now
   */
  Optional<String> problem(Token token) throws KeysUnavailableException;

  /** The keys cannot be read. */
  final class KeysUnavailableException extends Exception {

    private static final long serialVersionUID = 1L;

    public KeysUnavailableException(Throwable cause) {
      super("The keys of tokens cannot be read", cause);
    }
  }
}
