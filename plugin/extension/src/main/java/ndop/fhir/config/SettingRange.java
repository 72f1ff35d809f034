package ndop.fhir.config;

import java.time.Duration;
import java.util.Locale;
import org.springframework.util.unit.DataSize;

/** Refuses a setting that is out of its range, with a sentence and before anything is served. */
final class SettingRange {

  private static final String REMEDY = "docs/settings.md has the defaults.";
  private static final String[] UNITS = {"B", "KB", "MB", "GB", "TB"};

  private SettingRange() {}

  /**
   * A number.
   *
   * @throws StartupFailureException it is less than {@code least} or more than {@code most}
   */
  static void require(String name, long found, long least, long most) {
    if (found < least || found > most) {
      throw outside(name, Long.toString(found), Long.toString(least), Long.toString(most));
    }
  }

  /**
   * A size.
   *
   * @throws StartupFailureException it is less than {@code least} or more than {@code most}
   */
  static void require(String name, DataSize found, String least, String most) {
    if (found.compareTo(DataSize.parse(least)) < 0 || found.compareTo(DataSize.parse(most)) > 0) {
      throw outside(name, format(found), least, most);
    }
  }

  /**
   * A time.
   *
   * @throws StartupFailureException it is less than {@code least} or more than {@code most}
   */
  static void require(String name, Duration found, Duration least, Duration most) {
    if (found.compareTo(least) < 0 || found.compareTo(most) > 0) {
      throw outside(name, format(found), format(least), format(most));
    }
  }

  /** A setting that has the wrong form. */
  static StartupFailureException unexpected(String name, String expected, String found) {
    return new StartupFailureException(
        "ndop.%s: expected %s; found %s.".formatted(name, expected, found), REMEDY);
  }

  private static StartupFailureException outside(
      String name, String found, String least, String most) {
    return unexpected(name, least + " to " + most, found);
  }

  /** As an operator would write it: 5m rather than PT5M. */
  private static String format(Duration duration) {
    return duration.toString().substring(2).toLowerCase(Locale.ROOT);
  }

  private static String format(DataSize size) {
    long number = size.toBytes();
    int unit = 0;
    while (number != 0 && number % 1024 == 0 && unit < UNITS.length - 1) {
      number /= 1024;
      unit++;
    }
    return number + UNITS[unit];
  }
}
