package ndop.fhir.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.factories.DefaultJWSVerifierFactory;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.KeyType;
import com.nimbusds.jose.jwk.KeyUse;
import java.text.ParseException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import ndop.fhir.policy.SignaturePolicy;
import ndop.fhir.policy.Token;

/**
 * Accepts a token only if one of the known keys signed it (JWS, RFC 7515). The token identifies the
 * key by its id only; a token that contains a key, or points to one, is refused, and that key is
 * never read.
 *
 * @see TokenKeySource
 */
public final class JwsSignaturePolicy implements SignaturePolicy {

  /** Asymmetric only: with a shared secret, anyone who can verify can also sign. */
  private static final Set<JWSAlgorithm> ALGORITHMS =
      Set.of(JWSAlgorithm.RS512, JWSAlgorithm.PS512, JWSAlgorithm.ES256, JWSAlgorithm.ES384);

  private static final List<String> KEY_HEADERS =
      List.of("jwk", "jku", "x5c", "x5u", "x5t", "x5t#S256");

  private final TokenKeySource keys;
  private final DefaultJWSVerifierFactory verifiers = new DefaultJWSVerifierFactory();

  public JwsSignaturePolicy(TokenKeySource keys) {
    this.keys = keys;
  }

  @Override
  public Optional<String> problem(Token token) {
    for (String name : KEY_HEADERS) {
      if (token.head().has(name)) {
        return problem("a key named by kid only", "the token's header has " + name);
      }
    }
    try {
      JWSObject signed = JWSObject.parse(token.text());
      JWSHeader header = signed.getHeader();
      if (!ALGORITHMS.contains(header.getAlgorithm())) {
        return problem("a signature with " + algorithmNames(), "another algorithm");
      }
      if (header.getKeyID() == null || header.getKeyID().isBlank()) {
        return problem("the id of the key (kid) in the token's header", "none");
      }
      for (JWK key : keys.matching(selector(header))) {
        if (verified(signed, key)) {
          return Optional.empty();
        }
      }
      return problem("a signature by a known key", "one that no known key made");
    } catch (ParseException unsigned) {
      // Or the algorithm is "none".
      return problem("a signature with " + algorithmNames(), "none");
    } catch (TokenKeySource.UnavailableException unavailable) {
      throw new IllegalStateException("The keys of tokens cannot be read", unavailable);
    }
  }

  private boolean verified(JWSObject signed, JWK key) {
    try {
      JWSVerifier verifier =
          verifiers.createJWSVerifier(signed.getHeader(), ((AsymmetricJWK) key).toPublicKey());
      return signed.verify(verifier);
    } catch (JOSEException unfit) {
      return false;
    }
  }

  private static JWKSelector selector(JWSHeader header) {
    return new JWKSelector(
        new JWKMatcher.Builder()
            .keyID(header.getKeyID())
            .keyTypes(KeyType.RSA, KeyType.EC)
            .keyUses(KeyUse.SIGNATURE, null)
            .algorithms(header.getAlgorithm(), null)
            .build());
  }

  private static String algorithmNames() {
    Set<String> names = new TreeSet<>();
    ALGORITHMS.forEach(algorithm -> names.add(algorithm.getName()));
    return String.join(", ", names);
  }

  private static Optional<String> problem(String expected, String found) {
    return Optional.of("expected %s; found %s.".formatted(expected, found));
  }
}
