package ndop.fhir.config;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.regex.Pattern;
import ndop.fhir.store.H2Url;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Refuses to start over an H2 database on disk that another process uses, before anything is made:
 * H2's own refusal comes late, nested in the stack traces of the pool and of Hibernate.
 */
public final class DatabaseFileCheck
    implements ApplicationContextInitializer<ConfigurableApplicationContext> {

  /** With these options H2 locks in another way, or shares the file. */
  private static final Pattern OTHER_LOCK = Pattern.compile(";(?:AUTO_SERVER=TRUE|FILE_LOCK=)");

  @Override
  public void initialize(ConfigurableApplicationContext context) {
    requireUnused(context.getEnvironment().getProperty("spring.datasource.url", ""));
  }

  static void requireUnused(String url) {
    if (OTHER_LOCK.matcher(url.toUpperCase(Locale.ROOT)).find()) {
      return;
    }
    H2Url.file(url)
        .filter(file -> Files.isWritable(file) && isLocked(file))
        .ifPresent(
            file -> {
              throw new StartupFailureException(
                  "The database %s is in use by another process.".formatted(file.toAbsolutePath()),
                  "Stop the other process, or choose another database with spring.datasource.url.");
            });
  }

  private static boolean isLocked(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      return lock == null;
    } catch (OverlappingFileLockException ofThisProcess) {
      return false; // H2 shares it
    } catch (IOException unreadable) {
      return false; // H2 says why
    }
  }
}
