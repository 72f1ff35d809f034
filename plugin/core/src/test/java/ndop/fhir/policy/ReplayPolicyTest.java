package ndop.fhir.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReplayPolicyTest {

  /** Digest to the time at which it may be forgotten. */
  private final Map<String, Long> used = new LinkedHashMap<>();

  private final ReplayPolicy policy =
      policy((digest, until) -> used.putIfAbsent(digest, until) == null);

  private static ReplayPolicy policy(UsedTokenRepository repository) {
    return new ReplayPolicy(
        "Authorization", repository, Duration.ofSeconds(420), TokenFixtures.CLOCK);
  }

  private static Token token(String issuer, String id) {
    return TokenFixtures.token(Map.of("iss", issuer, "jti", id));
  }

  private static String diagnostics(ReplayPolicy policy, Token token) {
    Outcome refusal = policy.refusal(token).orElseThrow();
    assertThat(refusal.situation()).isEqualTo(Situation.INVALID_TOKEN);
    return refusal.diagnostics().get(0);
  }

  @Test
  void refusesTheSameTokenAgain() {
    assertThat(policy.refusal(token("a", "1"))).isEmpty();
    assertThat(diagnostics(policy, token("a", "1")))
        .startsWith("Authorization: ")
        .contains("again");
    assertThat(policy.refusal(token("a", "2"))).isEmpty();
    assertThat(used.values()).containsExactly(TokenFixtures.NOW + 420, TokenFixtures.NOW + 420);
  }

  @Test
  void remembersADigestOnly() {
    policy.refusal(token("https://portal.example", "an id that may say who it is"));
    assertThat(used.keySet()).singleElement().asString().matches("[0-9a-f]{64}");
  }

  @Test
  void idsOfDifferentIssuersAreIndependent() {
    for (List<String> pair :
        List.of(
            List.of("a", "1"),
            List.of("b", "1"),
            List.of("", "a1"),
            List.of("a1", "x"),
            List.of("a", "1x"),
            List.of("A", "1"))) {
      assertThat(policy.refusal(token(pair.get(0), pair.get(1)))).isEmpty();
    }
  }

  @Test
  void requiresAnId() {
    assertThat(diagnostics(policy, TokenFixtures.token(Map.of()))).contains("found none");
    assertThat(diagnostics(policy, TokenFixtures.token(Map.of("jti", 7)))).contains("found none");
    assertThat(diagnostics(policy, token("a", " "))).contains("found none");
    assertThat(diagnostics(policy, token("a", "x".repeat(201)))).contains("a longer one");
    assertThat(used).isEmpty();
  }

  @Test
  void acceptsNothingThatItCannotRemember() {
    ReplayPolicy full =
        policy(
            (digest, until) -> {
              throw new UsedTokenRepository.FullException();
            });
    assertThat(full.refusal(token("a", "1")).orElseThrow().situation())
        .isEqualTo(Situation.OVERLOADED);
  }
}
