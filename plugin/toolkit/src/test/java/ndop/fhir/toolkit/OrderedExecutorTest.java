package ndop.fhir.toolkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OrderedExecutorTest {

  private static final int MANY = 2000;

  private final List<Integer> received = Collections.synchronizedList(new ArrayList<>());

  @Test
  void resultsKeepTheOrderOfTheTasks() throws IOException {
    try (OrderedExecutor<Integer> inOrder = new OrderedExecutor<>(received::add)) {
      for (int number = 0; number < MANY; number++) {
        int task = number;
        inOrder.submit(
            () -> {
              Thread.sleep(task % 7 == 0 ? 2 : 0);
              return task;
            });
      }
    }

    assertThat(received).isEqualTo(IntStream.range(0, MANY).boxed().toList());
  }

  @Test
  void onlyAFewTasksAreInProgress() throws IOException {
    AtomicInteger submitted = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    try (OrderedExecutor<Integer> inOrder =
        new OrderedExecutor<>(
            number -> {
              most.accumulateAndGet(submitted.get() - number, Math::max);
              received.add(number);
            })) {
      for (int number = 0; number < MANY; number++) {
        int task = number;
        inOrder.submit(() -> task);
        submitted.set(number);
      }
    }

    assertThat(most).hasValueLessThan(20 * Runtime.getRuntime().availableProcessors());
  }

  @Test
  void aFailingReceiverBlocksNoSubmitter() {
    assertThatThrownBy(
            () -> {
              try (OrderedExecutor<Integer> inOrder = new OrderedExecutor<>(number -> fail())) {
                for (int number = 0; number < MANY; number++) {
                  inOrder.submit(() -> 1);
                }
              }
            })
        .isInstanceOf(IOException.class)
        .hasMessageContaining("nobody listens");
  }

  @Test
  void reportsAFailingTask() {
    assertThatThrownBy(
            () -> {
              try (OrderedExecutor<Integer> inOrder = new OrderedExecutor<>(received::add)) {
                inOrder.submit(
                    () -> {
                      throw new IllegalStateException("broken");
                    });
              }
            })
        .hasMessageContaining("broken");
  }

  private static void fail() throws IOException {
    throw new IOException("nobody listens");
  }
}
