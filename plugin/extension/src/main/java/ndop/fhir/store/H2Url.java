package ndop.fhir.store;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a JDBC URL says about a database of H2, read as H2 itself reads it. */
public final class H2Url {

  private static final String PREFIX = "jdbc:h2:";

  /** A server's, or one in memory. */
  private static final Pattern ELSEWHERE =
      Pattern.compile("(?:tcp|ssl|mem|(?:memFS|memLZ|nioMemFS|nioMemLZ)):.*");

  /** The name without the ways to a file that do not change which file it is. */
  private static final Pattern NAME = Pattern.compile("(?:(?:file|nio|async|retry):)*+(.*)");

  /** Another way to a file, such as {@code split:}; one letter is a drive. */
  private static final Pattern OTHER_WAY = Pattern.compile("[A-Za-z]{2,}:.*");

  private H2Url() {}

  /** Whether it is a URL of H2. */
  public static boolean matches(String url) {
    return url.startsWith(PREFIX);
  }

  /** Whether the database is in files that this process opens itself. */
  public static boolean isOnDisk(String url) {
    return matches(url) && !ELSEWHERE.matcher(name(url)).matches();
  }

  /** The file that holds the database; empty if there is none, or not one at a path. */
  public static Optional<Path> file(String url) {
    if (!isOnDisk(url)) {
      return Optional.empty();
    }
    String name = NAME.matcher(name(url)).replaceFirst("$1");
    if (name.isEmpty() || OTHER_WAY.matcher(name).matches()) {
      return Optional.empty();
    }
    if (name.startsWith("~/")) {
      name = System.getProperty("user.home") + name.substring(1);
    }
    try {
      return Optional.of(Path.of(name + ".mv.db"));
    } catch (InvalidPathException noPath) {
      return Optional.empty();
    }
  }

  /** Without the settings that follow it. */
  private static String name(String url) {
    return url.substring(PREFIX.length()).split(";", 2)[0];
  }
}
