package ndop.fhir.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ReadinessTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);

  @Test
  void isReadyWhileEveryConditionHolds() {
    AtomicBoolean holds = new AtomicBoolean(true);
    try (Readiness readiness = new Readiness()) {
      readiness.require(() -> true);
      readiness.require(holds::get);
      assertThat(readiness.isReady()).as("before anything was asked").isFalse();
      readiness.start();
      assertThat(readiness.isReady()).isTrue();
      holds.set(false);
      await().atMost(LIMIT).until(() -> !readiness.isReady());
      holds.set(true);
      await().atMost(LIMIT).until(readiness::isReady);
    }
  }

  @Test
  void aConditionThatHangsKeepsNobodyWaiting() throws Exception {
    AtomicBoolean hanging = new AtomicBoolean();
    CountDownLatch end = new CountDownLatch(1);
    try (Readiness readiness = new Readiness(Duration.ofSeconds(3))) {
      readiness.require(
          () -> {
            if (hanging.get()) {
              waitFor(end);
            }
            return true;
          });
      readiness.start();
      assertThat(readiness.isReady()).isTrue();
      hanging.set(true);
      // The time limit of the test ends it if this waits.
      await().atMost(LIMIT).until(() -> !readiness.isReady());
      hanging.set(false);
      end.countDown();
      await().atMost(LIMIT).until(readiness::isReady);
    }
  }

  @Test
  void aConditionThatThrowsDoesNotHold() {
    AtomicBoolean throwing = new AtomicBoolean();
    try (Readiness readiness = new Readiness()) {
      readiness.require(
          () -> {
            if (throwing.get()) {
              throw new StackOverflowError("for the test");
            }
            return true;
          });
      readiness.start();
      throwing.set(true);
      await().atMost(LIMIT).until(() -> !readiness.isReady());
      throwing.set(false);
      await().atMost(LIMIT).until(readiness::isReady);
    }
  }

  private static void waitFor(CountDownLatch end) {
    try {
      end.await();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
