package ndop.fhir.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditLogFileTest {

  @TempDir private Path folder;

  @Test
  void rotatesAndKeepsALimitedNumberOfFiles() throws IOException {
    Path file = folder.resolve("deep/audit.jsonl");
    try (AuditLogFile trail = new AuditLogFile(file, 30, 2)) {
      for (int line = 1; line <= 10; line++) {
        trail.append("line %02d …".formatted(line), line % 2 == 0);
      }
    }
    assertThat(Files.readString(file)).isEqualTo("line 09 …\nline 10 …\n");
    assertThat(Files.readAllLines(folder.resolve("deep/audit.jsonl.1")))
        .containsExactly("line 07 …", "line 08 …");
    assertThat(folder.resolve("deep/audit.jsonl.2")).exists();
    assertThat(folder.resolve("deep/audit.jsonl.3")).doesNotExist();
  }

  @Test
  void appendsToAnExistingFile() throws IOException {
    Path file = folder.resolve("audit.jsonl");
    for (int start = 1; start <= 2; start++) {
      try (AuditLogFile trail = new AuditLogFile(file, 1000, 2)) {
        trail.append("start " + start, true);
      }
    }
    assertThat(Files.readAllLines(file)).containsExactly("start 1", "start 2");
  }

  @Test
  void goesOnInANewFileWhenItsOwnWasMovedOrDeleted() throws IOException {
    Path file = folder.resolve("audit.jsonl");
    try (AuditLogFile trail = new AuditLogFile(file, 1000, 2)) {
      trail.append("one", true);
      Files.move(file, folder.resolve("moved"));
      trail.append("two", true);
      trail.append("three", true);
      assertThat(Files.readAllLines(file)).containsExactly("two", "three");
      Files.delete(file);
      trail.append("four", true);
    }
    assertThat(Files.readAllLines(folder.resolve("moved"))).containsExactly("one");
    assertThat(Files.readAllLines(file)).containsExactly("four");
  }

  /** In between, a reader would see a blank line, and a kill would leave it. */
  @Test
  void whetherALineCanBeWrittenIsToldWithoutWaitingForOne() throws Exception {
    String line = "x".repeat(20_000_000);
    try (AuditLogFile trail = new AuditLogFile(folder.resolve("audit.jsonl"), 1L << 40, 2)) {
      assertThat(trail.isWritable()).isTrue();
      AtomicBoolean done = new AtomicBoolean();
      AtomicBoolean writable = new AtomicBoolean(true);
      Thread probe =
          new Thread(
              () -> {
                while (!done.get()) {
                  writable.compareAndSet(true, trail.isWritable());
                  LockSupport.parkNanos(100_000);
                }
              });
      probe.start();
      long before = blocked(probe);
      for (int count = 0; count < 10; count++) {
        trail.append(line, false);
      }
      long after = blocked(probe);
      done.set(true);
      probe.join();
      assertThat(after).as("how often the probe waited").isEqualTo(before);
      assertThat(writable).isTrue();
    }
  }

  private static long blocked(Thread thread) {
    return ManagementFactory.getThreadMXBean().getThreadInfo(thread.getId()).getBlockedCount();
  }

  @Test
  void refusesAFileThatAnotherServerWritesTo() throws IOException {
    Path file = folder.resolve("audit.jsonl");
    try (AuditLogFile trail = new AuditLogFile(file, 1000, 2)) {
      assertThatThrownBy(() -> new AuditLogFile(file, 1000, 2))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("another server");
      trail.append("still there", true);
    }
    assertThat(Files.readString(file)).isEqualTo("still there\n");
  }
}
