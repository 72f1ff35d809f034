package ndop.fhir.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReplayPolicyTest {

  private long now = TokenFixtures.NOW;

  private final ReplayPolicy policy =
      new ReplayPolicy(
          Duration.ofSeconds(360),
          new Clock() {
            @Override
            public ZoneId getZone() {
              return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
              return this;
            }

            @Override
            public Instant instant() {
              return Instant.ofEpochSecond(now);
            }
          });

  private static Token token(String issuer, String id) {
    return TokenFixtures.token(Map.of("iss", issuer, "jti", id));
  }

  @Test
  void refusesTheSameTokenUntilItExpires() {
    assertThat(policy.problem(token("a", "1"))).isEmpty();
    now += 360;
    assertThat(policy.problem(token("a", "1")).orElseThrow()).contains("jti again");
    now += 1;
    assertThat(policy.problem(token("a", "2"))).isEmpty();
    now += 40;
    assertThat(policy.problem(token("a", "3"))).isEmpty();
    assertThat(policy.size()).isEqualTo(2);
  }

  @Test
  void idsOfDifferentIssuersAreIndependent() {
    assertThat(policy.problem(token("a", "1"))).isEmpty();
    assertThat(policy.problem(token("b", "1"))).isEmpty();
  }

  @Test
  void requiresAnId() {
    assertThat(policy.problem(TokenFixtures.token(Map.of())).orElseThrow()).contains("found none");
    assertThat(policy.problem(token("a", " ")).orElseThrow()).contains("found none");
    assertThat(policy.problem(token("a", "x".repeat(201))).orElseThrow()).contains("a longer one");
    assertThat(policy.size()).isZero();
  }
}
