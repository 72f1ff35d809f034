package ndop.fhir.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RateLimiterTest {

  private final AtomicLong clock = new AtomicLong();
  private final RateLimiter rate = new RateLimiter(6, clock::get);

  @Test
  void limitsEachClientOnItsOwn() {
    for (int request = 0; request < 6; request++) {
      assertThat(rate.secondsToWait("one")).isZero();
    }
    assertThat(rate.secondsToWait("one")).isEqualTo(10);
    assertThat(rate.secondsToWait("another")).isZero();
  }

  @Test
  void allowsAgainAfterTheTimeThatItReturned() {
    for (int request = 0; request < 6; request++) {
      rate.secondsToWait("one");
    }
    pass(Duration.ofSeconds(9));
    assertThat(rate.secondsToWait("one")).isEqualTo(1);
    pass(Duration.ofSeconds(1));
    assertThat(rate.secondsToWait("one")).isZero();
    assertThat(rate.secondsToWait("one")).isEqualTo(10);
  }

  @Test
  void allowsNoBurstBeyondAMinute() {
    rate.secondsToWait("one");
    pass(Duration.ofHours(1));
    for (int request = 0; request < 6; request++) {
      assertThat(rate.secondsToWait("one")).isZero();
    }
    assertThat(rate.secondsToWait("one")).isPositive();
  }

  private void pass(Duration time) {
    clock.addAndGet(time.toNanos());
  }
}
