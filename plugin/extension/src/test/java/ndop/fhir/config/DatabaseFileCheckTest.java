package ndop.fhir.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The lock is held by another JVM: within one, Java does not try the file system's. */
class DatabaseFileCheckTest {

  @TempDir private Path folder;

  private Process other;

  /** Holds the lock on a file until its standard input ends. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] arguments) throws IOException {
      try (var channel = FileChannel.open(Path.of(arguments[0]), StandardOpenOption.WRITE);
          var lock = channel.lock()) {
        System.out.println(lock.isValid());
        System.in.read();
      }
    }
  }

  @BeforeEach
  void lock() throws IOException {
    Path file = Files.createFile(folder.resolve("consents.mv.db"));
    Files.createFile(folder.resolve("unused.mv.db"));
    other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                file.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(other.inputReader().readLine()).isEqualTo("true");
  }

  @AfterEach
  void unlock() throws IOException, InterruptedException {
    other.getOutputStream().close();
    assertThat(other.waitFor(60, TimeUnit.SECONDS)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"jdbc:h2:file:%s/consents", "jdbc:h2:%s/consents;WRITE_DELAY=0"})
  void refusesDatabaseInUse(String url) {
    assertThatThrownBy(() -> DatabaseFileCheck.requireUnused(url.formatted(folder)))
        .isInstanceOf(StartupFailureException.class)
        .hasMessage("The database %s/consents.mv.db is in use by another process.", folder);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "jdbc:h2:mem:consents",
        "jdbc:h2:tcp://localhost%s/consents",
        "jdbc:h2:file:%s/consents;AUTO_SERVER=TRUE",
        "jdbc:h2:file:%s/unused",
        "jdbc:h2:file:%s/new",
        "jdbc:postgresql:%s/consents"
      })
  void acceptsWhatIsUnusedOrSharedOrNoFile(String url) {
    assertThatCode(() -> DatabaseFileCheck.requireUnused(url.formatted(folder)))
        .doesNotThrowAnyException();
  }

  /** In one JVM, H2 shares the database between those who open it. */
  @Test
  void acceptsDatabaseOfThisProcess() throws IOException {
    try (var channel = FileChannel.open(folder.resolve("unused.mv.db"), StandardOpenOption.WRITE);
        var lock = channel.lock()) {
      assertThat(lock.isValid()).isTrue();
      assertThatCode(() -> DatabaseFileCheck.requireUnused("jdbc:h2:file:" + folder + "/unused"))
          .doesNotThrowAnyException();
    }
  }

  @Test
  void readsTheHomeFolderAsItIsWritten() throws IOException {
    Path home = Files.createDirectory(folder.resolve("$1 home"));
    Files.createSymbolicLink(home.resolve("consents.mv.db"), folder.resolve("consents.mv.db"));
    String before = System.getProperty("user.home");
    System.setProperty("user.home", home.toString());
    try {
      assertThatThrownBy(() -> DatabaseFileCheck.requireUnused("jdbc:h2:~/consents"))
          .isInstanceOf(StartupFailureException.class)
          .hasMessageContaining("$1 home/consents.mv.db is in use");
    } finally {
      System.setProperty("user.home", before);
    }
  }

  @Test
  void leavesAPathThatIsNoneToH2() {
    assertThatCode(() -> DatabaseFileCheck.requireUnused("jdbc:h2:file:/a\0b"))
        .doesNotThrowAnyException();
  }

  @Test
  void acceptsDatabaseThatIsFreeAgain() throws IOException, InterruptedException {
    unlock();
    assertThatCode(() -> DatabaseFileCheck.requireUnused("jdbc:h2:file:" + folder + "/consents"))
        .doesNotThrowAnyException();
  }
}
