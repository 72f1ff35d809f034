package ndop.fhir.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MinimumRateTest {

  private final MinimumRate rate = new MinimumRate(1024, Duration.ofSeconds(5));

  @ParameterizedTest
  @CsvSource({
    "0, 0, true",
    "0, 4999, true",
    "0, 5000, true",
    "0, 5001, false",
    "6, 6000, false",
    "1023, 6000, false",
    "1024, 6000, true",
    "25600, 30000, true",
    "25599, 30000, false"
  })
  void isAnAverageSinceTheGracePeriod(long bytes, long milliseconds, boolean met) {
    assertThat(rate.isMet(bytes, Duration.ofMillis(milliseconds))).isEqualTo(met);
  }

  @Test
  void zeroIsNoRate() {
    assertThat(new MinimumRate(0, Duration.ZERO).isMet(0, Duration.ofDays(1))).isTrue();
  }

  @Test
  void doesNotOverflow() {
    assertThat(new MinimumRate(Long.MAX_VALUE, Duration.ZERO).isMet(1, Duration.ofDays(365)))
        .isFalse();
  }
}
