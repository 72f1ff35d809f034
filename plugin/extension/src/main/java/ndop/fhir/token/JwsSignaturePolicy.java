package ndop.fhir.token;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.factories.DefaultJWSVerifierFactory;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.KeyType;
import com.nimbusds.jose.jwk.KeyUse;
import java.text.ParseException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import ndop.fhir.policy.SignaturePolicy;
import ndop.fhir.policy.Token;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts a token only if one of the known keys signed it (JWS, RFC 7515), a key of the issuer that
 * the token names: no issuer can sign for another. The token identifies the key by its id only; a
 * token that contains a key, or points to one, is refused, and that key is never read.
 *
 * @see TokenKeySource
 */
public final class JwsSignaturePolicy implements SignaturePolicy {

  private static final Logger LOG = LoggerFactory.getLogger(JwsSignaturePolicy.class);

  /** Asymmetric only: with a shared secret, anyone who can verify can also sign. */
  private static final Set<JWSAlgorithm> ALGORITHMS =
      Set.of(JWSAlgorithm.RS512, JWSAlgorithm.PS512, JWSAlgorithm.ES256, JWSAlgorithm.ES384);

  private static final List<String> KEY_HEADERS =
      List.of("jwk", "jku", "x5c", "x5u", "x5t", "x5t#S256");

  /** Changes what is signed (RFC 7797). */
  private static final String UNENCODED_PAYLOAD = "b64";

  private static final String ISSUER = "iss";
  private static final String TYPE = "JWT";

  private final TokenKeySource keys;
  private final DefaultJWSVerifierFactory verifiers = new DefaultJWSVerifierFactory();

  public JwsSignaturePolicy(TokenKeySource keys) {
    this.keys = keys;
  }

  @Override
  public Optional<String> problem(Token token) throws KeysUnavailableException {
    for (String name : KEY_HEADERS) {
      if (token.head().has(name)) {
        return problem("a key named by kid only", "the token's header has " + name);
      }
    }
    if (token.head().has(UNENCODED_PAYLOAD)) {
      return problem("a payload in base64url", "the token's header has " + UNENCODED_PAYLOAD);
    }
    JsonNode type = token.head().path("typ");
    if (!type.isMissingNode() && !type.asText().equalsIgnoreCase(TYPE)) {
      // A key may sign other things than access tokens.
      return problem("the type (typ) JWT in the token's header", "another");
    }
    Optional<String> issuer = token.text(ISSUER);
    if (issuer.isEmpty()) {
      return problem("the issuer (iss) whose key signed the token", "none");
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
      for (JWK key : keys.matching(issuer.get(), header.getKeyID(), fitting(header))) {
        if (verified(signed, key)) {
          return Optional.empty();
        }
      }
      return problem("a signature by a key of the issuer (iss)", "one that no known key made");
    } catch (ParseException unsigned) {
      // Or the algorithm is "none".
      return problem("a signature with " + algorithmNames(), "none");
    } catch (TokenKeySource.UnavailableException unavailable) {
      LOG.warn("The keys of tokens cannot be read: {}", unavailable.getMessage());
      throw new KeysUnavailableException(unavailable);
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

  private static JWKMatcher.Builder fitting(JWSHeader header) {
    return new JWKMatcher.Builder()
        .keyTypes(KeyType.RSA, KeyType.EC)
        .keyUses(KeyUse.SIGNATURE, null)
        .algorithms(header.getAlgorithm(), null);
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
