package ndop.fhir.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.factories.DefaultJWSSignerFactory;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import ndop.fhir.policy.SignaturePolicy;
import ndop.fhir.policy.Token;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JwsSignaturePolicyTest {

  private static final RSAKey RSA = rsa("one");
  private static final ECKey EC = ec("two", Curve.P_256);
  private static final String ISSUER = "https://portal.example";
  private static final Payload CLAIMS = new Payload(Map.of("iss", ISSUER, "sub", "me"));

  @TempDir private Path folder;

  private static RSAKey rsa(String kid) {
    try {
      return new RSAKeyGenerator(2048).keyID(kid).keyUse(KeyUse.SIGNATURE).generate();
    } catch (JOSEException never) {
      throw new IllegalStateException(never);
    }
  }

  private static ECKey ec(String kid, Curve curve) {
    try {
      return new ECKeyGenerator(curve).keyID(kid).generate();
    } catch (JOSEException never) {
      throw new IllegalStateException(never);
    }
  }

  private JwsSignaturePolicy verifying(JWK... keys) throws Exception {
    return new JwsSignaturePolicy(keys(file(keys).toString()));
  }

  private Path file(JWK... keys) throws IOException {
    return Files.writeString(folder.resolve("jwks.json"), set(keys));
  }

  private static String set(JWK... keys) {
    return new JWKSet(List.of(keys)).toString();
  }

  private static JWSHeader.Builder header(JWSAlgorithm algorithm, JWK key) {
    return new JWSHeader.Builder(algorithm).keyID(key.getKeyID());
  }

  private static String signed(JWSHeader.Builder header, JWK key) throws JOSEException {
    JWSHeader built = header.build();
    JWSSigner signer = new DefaultJWSSignerFactory().createJWSSigner(key, built.getAlgorithm());
    JWSObject object = new JWSObject(built, CLAIMS);
    object.sign(signer);
    return object.serialize();
  }

  private static Optional<String> problem(JwsSignaturePolicy signatures, String text) {
    try {
      return signatures.problem(Token.of("Bearer " + text));
    } catch (Token.MalformedException | SignaturePolicy.KeysUnavailableException failure) {
      throw new IllegalArgumentException(failure);
    }
  }

  private void refuses(String text, String expected) throws Exception {
    assertThat(problem(verifying(RSA, EC), text).orElseThrow())
        .startsWith("expected ")
        .contains("; found ")
        .contains(expected);
  }

  @Test
  void acceptsWhatAKnownKeySigned() throws Exception {
    ECKey larger = ec("three", Curve.P_384);
    JwsSignaturePolicy signatures = verifying(RSA, EC, larger);

    assertThat(problem(signatures, signed(header(JWSAlgorithm.RS512, RSA), RSA))).isEmpty();
    assertThat(problem(signatures, signed(header(JWSAlgorithm.PS512, RSA), RSA))).isEmpty();
    assertThat(problem(signatures, signed(header(JWSAlgorithm.ES256, EC), EC))).isEmpty();
    assertThat(problem(signatures, signed(header(JWSAlgorithm.ES384, larger), larger))).isEmpty();
  }

  @Test
  void refusesAlgNone() throws Exception {
    String head = Base64URL.encode("{\"alg\":\"none\",\"kid\":\"one\"}").toString();
    refuses(head + "." + CLAIMS.toBase64URL() + ".", "found none");
    String upper = Base64URL.encode("{\"alg\":\"NONE\",\"kid\":\"one\"}").toString();
    refuses(upper + "." + CLAIMS.toBase64URL() + ".", "found ");
  }

  @Test
  void refusesAMissingSignature() throws Exception {
    String whole = signed(header(JWSAlgorithm.RS512, RSA), RSA);
    refuses(whole.substring(0, whole.lastIndexOf('.') + 1), "found ");
  }

  @Test
  void refusesAnHmacWithThePublicKey() throws Exception {
    for (String secret :
        List.of(
            RSA.toPublicJWK().toJSONString(),
            Base64.encode(RSA.toPublicKey().getEncoded()).toString(),
            "-----BEGIN PUBLIC KEY-----\n" + Base64.encode(RSA.toPublicKey().getEncoded()))) {
      JWSObject object = new JWSObject(header(JWSAlgorithm.HS512, RSA).build(), CLAIMS);
      object.sign(new MACSigner(secret.getBytes(StandardCharsets.UTF_8)));
      refuses(object.serialize(), "another algorithm");
    }
  }

  @Test
  void refusesWeakerAlgorithms() throws Exception {
    refuses(signed(header(JWSAlgorithm.RS256, RSA), RSA), "another algorithm");
  }

  @Test
  void refusesAChangedPayload() throws Exception {
    String[] parts = signed(header(JWSAlgorithm.ES256, EC), EC).split("\\.");
    Payload changed = new Payload(Map.of("iss", ISSUER, "sub", "you"));
    String other = changed.toBase64URL().toString();
    refuses(parts[0] + "." + other + "." + parts[2], "no known key made");
  }

  @Test
  void refusesAnotherKeysSignature() throws Exception {
    RSAKey other = rsa("one");
    refuses(signed(header(JWSAlgorithm.RS512, RSA), other), "no known key made");
    refuses(signed(header(JWSAlgorithm.RS512, rsa("unknown")), other), "no known key made");
  }

  @Test
  void refusesAKeyOfAnotherType() throws Exception {
    refuses(signed(new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("one"), EC), "no known key");
    refuses(signed(new JWSHeader.Builder(JWSAlgorithm.RS512).keyID("two"), RSA), "no known key");
  }

  @Test
  void refusesATokenWithoutKid() throws Exception {
    refuses(signed(new JWSHeader.Builder(JWSAlgorithm.RS512), RSA), "kid");
  }

  @Test
  void refusesKeysThatATokenBringsAlongOrPointsTo() throws Exception {
    RSAKey own = rsa("one");
    refuses(signed(header(JWSAlgorithm.RS512, own).jwk(own.toPublicJWK()), own), "header has jwk");
    URI elsewhere = URI.create("https://keys.example/jwks.json");
    refuses(signed(header(JWSAlgorithm.RS512, own).jwkURL(elsewhere), own), "header has jku");
    refuses(signed(header(JWSAlgorithm.RS512, own).x509CertURL(elsewhere), own), "has x5u");
    refuses(
        signed(header(JWSAlgorithm.RS512, own).x509CertChain(List.of(Base64.encode("x"))), own),
        "header has x5c");
    // Even if the signature is right: a token that may point to one key may point to any.
    refuses(signed(header(JWSAlgorithm.RS512, RSA).jwkURL(elsewhere), RSA), "header has jku");
  }

  @Test
  void refusesWhatChangesTheMeaningOfTheSignature() throws Exception {
    String head = Base64URL.encode("{\"alg\":\"ES256\",\"kid\":\"two\",\"b64\":false}").toString();
    String[] parts = signed(header(JWSAlgorithm.ES256, EC), EC).split("\\.");
    refuses(head + "." + parts[1] + "." + parts[2], "has b64");
    for (String type : List.of("at+jwt", "dpop+jwt", "logout+jwt", "JOSE")) {
      refuses(
          signed(header(JWSAlgorithm.ES256, EC).type(new JOSEObjectType(type)), EC),
          "type (typ) JWT in the token's header; found another");
    }
    assertThat(
            problem(
                verifying(EC), signed(header(JWSAlgorithm.ES256, EC).type(JOSEObjectType.JWT), EC)))
        .isEmpty();
  }

  private void write(Map<String, JWK> keys) throws IOException {
    List<Map<String, Object>> set = new ArrayList<>();
    keys.forEach(
        (issuer, key) -> {
          Map<String, Object> member = new LinkedHashMap<>(key.toPublicJWK().toJSONObject());
          member.put("iss", issuer);
          set.add(member);
        });
    Files.writeString(
        folder.resolve("jwks.json"), JSONObjectUtils.toJSONString(Map.of("keys", set)));
  }

  private JwsSignaturePolicy verifyingAsWritten(String issuer) throws Exception {
    return new JwsSignaturePolicy(keys(folder.resolve("jwks.json").toString(), issuer));
  }

  private static String signedAs(String issuer, String kid, JWK key) throws JOSEException {
    JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(kid).build();
    JWSObject object = new JWSObject(header, new Payload(Map.of("iss", issuer)));
    object.sign(new DefaultJWSSignerFactory().createJWSSigner(key, JWSAlgorithm.ES256));
    return object.serialize();
  }

  @Test
  void noIssuerCanSignForAnother() throws Exception {
    ECKey one = ec("key", Curve.P_256);
    ECKey other = ec("key", Curve.P_256);
    String others = "https://other.example";
    write(Map.of(ISSUER, one, others, other));
    JwsSignaturePolicy signatures = verifyingAsWritten("");

    assertThat(problem(signatures, signedAs(ISSUER, "key", one))).isEmpty();
    assertThat(problem(signatures, signedAs(others, "key", other))).isEmpty();
    for (String text :
        List.of(
            signedAs(others, "key", one),
            signedAs(ISSUER, "key", other),
            signedAs("https://nobody.example", "key", one),
            signedAs(ISSUER.toUpperCase(java.util.Locale.ROOT), "key", one),
            signedAs(ISSUER + "/", "key", one),
            signedAs("", "key", one),
            // What separates the issuer from the id of its key cannot be moved.
            signedAs("https://portal.example key", "", one),
            signedAs("", "https://portal.example key", one))) {
      assertThat(problem(signatures, text)).as(text).isPresent();
    }
  }

  @Test
  void noPartOfAKeysIdBecomesPartOfItsIssuer() throws Exception {
    ECKey one = ec("part key", Curve.P_256);
    write(Map.of(ISSUER, one));
    JwsSignaturePolicy signatures = verifyingAsWritten("");

    assertThat(problem(signatures, signedAs(ISSUER, "part key", one))).isEmpty();
    assertThat(problem(signatures, signedAs(ISSUER + " part", "key", one))).isPresent();
  }

  @Test
  void aKeyThatNamesNoIssuerBelongsToTheOneOfTheSet() throws Exception {
    file(EC.toPublicJWK());
    JwsSignaturePolicy signatures = verifyingAsWritten("https://other.example");

    assertThat(problem(signatures, signedAs("https://other.example", "two", EC))).isEmpty();
    assertThat(problem(signatures, signedAs(ISSUER, "two", EC)).orElseThrow())
        .contains("a key of the issuer (iss)");
  }

  @Test
  void aTokenNamesItsIssuer() throws Exception {
    JWSObject object =
        new JWSObject(header(JWSAlgorithm.ES256, EC).build(), new Payload(Map.of("sub", "me")));
    object.sign(new DefaultJWSSignerFactory().createJWSSigner(EC, JWSAlgorithm.ES256));
    refuses(object.serialize(), "issuer (iss) whose key signed the token; found none");
  }

  @Test
  void aSetWhoseKeysAreNobodysIsRefused() throws Exception {
    file(EC.toPublicJWK());
    for (String issuer : List.of("", " ")) {
      TokenKeySource keys = keys(folder.resolve("jwks.json").toString(), issuer);
      assertThatThrownBy(keys::requireUsable)
          .isInstanceOf(TokenKeySource.UnavailableException.class)
          .hasMessageContaining("must name its issuer in the member iss");
    }
  }

  @Test
  void refusesAnEmptyEcdsaSignature() throws Exception {
    // Some versions of Java accepted (0, 0) as a signature of anything.
    String[] parts = signed(header(JWSAlgorithm.ES256, EC), EC).split("\\.");
    refuses(parts[0] + "." + parts[1] + "." + Base64URL.encode(new byte[64]), "no known key made");
  }

  @Test
  void readsAFileAgainForAKeyThatItDoesNotKnow() throws Exception {
    JwsSignaturePolicy signatures = verifying(EC);
    String token = signed(header(JWSAlgorithm.RS512, RSA), RSA);
    assertThat(problem(signatures, token)).isPresent();
    file(EC, RSA);
    Thread.sleep(5);
    assertThat(problem(signatures, token)).isEmpty();
  }

  @Test
  void readsAUrlOnceForManyTokensAndAgainAfterATime() throws Exception {
    AtomicReference<String> served = new AtomicReference<>(set(RSA.toPublicJWK()));
    AtomicInteger reads = new AtomicInteger();
    HttpServer server = serving(served, reads);
    try {
      String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/jwks.json";
      TokenKeySource keys =
          TokenKeySource.of(
              url, ISSUER, Duration.ofMillis(1500), Duration.ofMillis(400), Duration.ofSeconds(5));
      JwsSignaturePolicy signatures = new JwsSignaturePolicy(keys);
      assertThat(keys.requireUsable()).isEqualTo(1);
      for (int count = 0; count < 20; count++) {
        assertThat(problem(signatures, signed(header(JWSAlgorithm.RS512, RSA), RSA))).isEmpty();
      }
      assertThat(reads).hasValue(1);

      // An unknown id causes a read, but not every time: two more in each pause that this takes.
      long start = System.nanoTime();
      for (int count = 0; count < 20; count++) {
        assertThat(problem(signatures, signed(header(JWSAlgorithm.ES256, EC), EC))).isPresent();
      }
      long pauses = Duration.ofNanos(System.nanoTime() - start).dividedBy(Duration.ofMillis(400));
      assertThat((long) reads.get()).isLessThanOrEqualTo(4 + 2 * pauses);

      // Rotated: the new key is found, and the old one is accepted only while the set is cached.
      served.set(set(EC.toPublicJWK()));
      Thread.sleep(1600);
      assertThat(problem(signatures, signed(header(JWSAlgorithm.ES256, EC), EC))).isEmpty();
      assertThat(problem(signatures, signed(header(JWSAlgorithm.RS512, RSA), RSA))).isPresent();
    } finally {
      server.stop(0);
    }
  }

  @Test
  void doesNotWaitForAUrlThatDoesNotAnswer() throws Exception {
    try (var silent = new java.net.ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      TokenKeySource keys =
          TokenKeySource.of(
              "http://127.0.0.1:" + silent.getLocalPort() + "/jwks.json",
              ISSUER,
              Duration.ofMinutes(5),
              Duration.ofMillis(1),
              Duration.ofMillis(300));
      long start = System.nanoTime();
      assertThatThrownBy(keys::requireUsable)
          .isInstanceOf(TokenKeySource.UnavailableException.class);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
    }
  }

  /** Not as if no known key had made the signature: the token may be good. */
  @Test
  void cannotTellWithoutKeys() throws Exception {
    TokenKeySource keys =
        TokenKeySource.of(
            folder.resolve("none").toString(),
            ISSUER,
            Duration.ofMinutes(5),
            Duration.ofMinutes(4),
            Duration.ofSeconds(5));
    JwsSignaturePolicy signatures = new JwsSignaturePolicy(keys);
    Token token = Token.of("Bearer " + signed(header(JWSAlgorithm.ES256, EC), EC));
    for (int count = 1; count <= 5; count++) {
      assertThatThrownBy(() -> signatures.problem(token))
          .as("attempt " + count)
          .isInstanceOf(SignaturePolicy.KeysUnavailableException.class);
    }
  }

  @Test
  void refusesUnusableSets() throws Exception {
    Path file = folder.resolve("jwks.json");
    for (String text :
        List.of(
            "",
            "no json",
            "{}",
            "{\"keys\":[]}",
            "{\"keys\":[7]}",
            new JWKSet(RSA).toString(false),
            set(new RSAKeyGenerator(1024, true).keyID("weak").generate().toPublicJWK()))) {
      Files.writeString(file, text);
      TokenKeySource keys = keys(file.toString());
      assertThatThrownBy(keys::requireUsable)
          .as(text.isEmpty() ? "empty" : text.substring(0, Math.min(9, text.length())))
          .isInstanceOf(TokenKeySource.UnavailableException.class)
          .hasMessageContaining("expected ");
    }
    assertThatThrownBy(() -> keys(folder.resolve("none").toString()).requireUsable())
        .isInstanceOf(TokenKeySource.UnavailableException.class);
    assertThatThrownBy(() -> keys("http://192.0.2.1/jwks.json"))
        .isInstanceOf(TokenKeySource.UnavailableException.class)
        .hasMessageContaining("expected https");
  }

  private static TokenKeySource keys(String place) throws TokenKeySource.UnavailableException {
    return keys(place, ISSUER);
  }

  private static TokenKeySource keys(String place, String issuer)
      throws TokenKeySource.UnavailableException {
    return TokenKeySource.of(
        place, issuer, Duration.ofMinutes(5), Duration.ofMillis(1), Duration.ofSeconds(5));
  }

  private static HttpServer serving(AtomicReference<String> text, AtomicInteger reads)
      throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/jwks.json",
        exchange -> {
          reads.incrementAndGet();
          byte[] body = text.get().getBytes(StandardCharsets.UTF_8);
          try (exchange) {
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
          } catch (IOException gone) {
            throw new UncheckedIOException(gone);
          }
        });
    server.start();
    return server;
  }
}
