package ndop.fhir.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GroupCommitTest {

  private static final int WRITES = 40;

  private final AtomicInteger checkpoints = new AtomicInteger();
  private final AtomicBoolean failing = new AtomicBoolean();
  private final CountDownLatch first = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);
  private final GroupCommit commits = new GroupCommit(this::checkpoint);
  private final ExecutorService writers = Executors.newFixedThreadPool(WRITES + 1);

  @AfterEach
  void stop() {
    writers.shutdownNow();
  }

  /** The first lasts until all the other writes wait. */
  private void checkpoint() throws SQLException {
    if (checkpoints.incrementAndGet() == 1) {
      first.countDown();
      try {
        goOn.await();
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
      }
    } else if (failing.get()) {
      throw new SQLException("no space", "53100");
    }
  }

  private List<Future<?>> writesThatWaitForTheFirst() throws Exception {
    List<Future<?>> writes = new ArrayList<>();
    writes.add(writers.submit(this::force));
    first.await();
    CountDownLatch begun = new CountDownLatch(WRITES);
    for (int count = 0; count < WRITES; count++) {
      writes.add(
          writers.submit(
              () -> {
                begun.countDown();
                return force();
              }));
    }
    begun.await();
    TimeUnit.MILLISECONDS.sleep(500);
    goOn.countDown();
    return writes;
  }

  private Object force() throws SQLException {
    commits.force();
    return "done";
  }

  @Test
  void writesThatWaitShareACheckpoint() throws Exception {
    for (Future<?> write : writesThatWaitForTheFirst()) {
      assertThat(write.get()).isEqualTo("done");
    }
    assertThat(checkpoints).as("none is served by one that began before it").hasValue(2);
    commits.force();
    assertThat(checkpoints).hasValue(3);
  }

  @Test
  void aFailureIsThatOfEveryWriteThatSharedIt() throws Exception {
    failing.set(true);
    List<Future<?>> writes = writesThatWaitForTheFirst();
    assertThat(writes.remove(0).get()).isEqualTo("done");
    for (Future<?> write : writes) {
      assertThatThrownBy(write::get)
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(SQLException.class)
          .satisfies(
              failure -> assertThat(StoreFailure.of(failure)).contains(StoreFailure.REFUSED));
    }
    assertThat(checkpoints).hasValue(2);
    assertThat(commits.isOwed()).isTrue();

    failing.set(false);
    commits.force();

    assertThat(commits.isOwed()).isFalse();
  }
}
