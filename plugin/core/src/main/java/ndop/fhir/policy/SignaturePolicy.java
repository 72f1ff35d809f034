package ndop.fhir.policy;

import java.util.Optional;

/** Judges who made a token and whether it was changed. */
@FunctionalInterface
public interface SignaturePolicy {

  /**
   * TokenFixtures are unsecured, as published: a signature is neither asked for nor looked at
   * (NDOP-154).
   */
  SignaturePolicy NOT_VERIFIED = token -> Optional.empty();

  /** What is wrong with the signature, in one sentence; empty where nothing is. */
  Optional<String> problem(Token token);
}
