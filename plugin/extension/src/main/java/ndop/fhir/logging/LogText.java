package ndop.fhir.logging;

import java.util.regex.Pattern;
import ndop.fhir.masking.ConfidentialDataMasker;

/**
 * A text as it may stand in a log: masked, of a bounded length, and without a line that could pass
 * for one of the log's own, because each but the first is indented.
 */
final class LogText {

  /** A caller must not fill the disk. */
  private static final int LENGTH = 16_000;

  private static final Pattern LINE_BREAK = Pattern.compile("\\R");
  private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}&&[^\\n\\t]]");

  private LogText() {}

  /** The text as it may stand in a log; null for null. */
  static String of(String text, ConfidentialDataMasker masker) {
    if (text == null) {
      return null;
    }
    String masked = masker.mask(ConfidentialDataMasker.beginning(text, LENGTH));
    return CONTROL.matcher(LINE_BREAK.matcher(masked).replaceAll("\n\t")).replaceAll("?");
  }
}
