package ndop.fhir.masking;

import java.util.Collection;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Removes patient data and credentials from text that people other than the caller read, such as a
 * log, or that says more than the caller may know, such as a validator's message. What it removes
 * leaves {@value #MASK} behind.
 *
 * <p>A number is removed if it has nine digits or more: an NHS number has ten, the tenth follows
 * from the nine before it, and a mistyped one may have more. The digits may be grouped 3-3-4, be of
 * any script, or be encoded for a URL, XML or JSON. Ten digits in any other groups are removed if
 * the tenth is a check digit, see {@link NhsNumberGroups}. Dates, times, addresses of IPv4 and
 * UUIDs are kept.
 *
 * <p>The time it takes is proportional to the length of the text: no pattern repeats without a
 * bound what it could also match in another way. Thread-safe.
 */
public final class ConfidentialDataMasker {

  /** What stands in place of what was removed. */
  public static final String MASK = "…";

  /** The fewest digits that identify a patient. */
  private static final int DIGITS = 9;

  /** Named groups: what is kept, or looked up among the numbers that are published. */
  private static final Pattern NUMBER =
      Pattern.compile(
          ("(?<kept>%1$s)|(?<run>%2$s{%4$d,}+)"
                  + "|(?<!\\p{Nd})%2$s{3}%3$s{0,3}%2$s{3}%3$s{0,3}%2$s{4,5}(?!%2$s)")
              .formatted(
                  DigitGrammar.NO_NUMBER, DigitGrammar.DIGIT, DigitGrammar.SEPARATOR, DIGITS));

  /** A JSON web token, or whatever a header of HTTP authenticates with. */
  private static final Pattern CREDENTIAL =
      Pattern.compile(
          "eyJ[\\w.~+/=%-]++|\\b(?i:bearer|basic)(?:[ +]|%20){1,3}[\\w.~+/=%-]{8,}+",
          Pattern.UNICODE_CHARACTER_CLASS);

  /** From here on a text has SQL in it, with the values of rows. */
  private static final Pattern SQL =
      Pattern.compile(
          "\\b(?:insert\\s{1,9}into|update\\s{1,9}(?:[^\\s']{1,200}\\s{1,9}){1,4}set\\s|delete\\s{1,9}from|select\\s|values\\s{0,9}\\()",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern SQL_LITERAL = Pattern.compile("'[^']*+(?:'|\\z)");

  /** PostgreSQL's words about a row that breaks a constraint. */
  private static final Pattern FAILING_ROW =
      Pattern.compile("(Failing row contains|Key \\([^)]{0,200}\\)=) ?\\([^\\r\\n]*+");

  /** The longest start tag whose attributes are looked for. */
  private static final int TAG = 300;

  private final Set<String> published;

  /** Removes every number. */
  public ConfidentialDataMasker() {
    this(Set.of());
  }

  /** Keeps the numbers that are {@code published}, such as the codes of an edition. */
  public ConfidentialDataMasker(Collection<String> published) {
    this.published = Set.copyOf(published);
  }

  /** The text without bodies, rows of a database, credentials and numbers; null for null. */
  public String mask(String text) {
    if (text == null) {
      return null;
    }
    return maskIdentifiers(maskRows(maskXml(maskJson(text))));
  }

  /** The text without credentials and numbers; null for null. */
  public String maskIdentifiers(String text) {
    if (text == null) {
      return null;
    }
    String masked = text;
    if (mayHaveCredential(masked)) {
      masked = CREDENTIAL.matcher(masked).replaceAll(MASK);
    }
    if (hasDigits(masked)) {
      masked = NhsNumberGroups.mask(masked, published);
      masked = NUMBER.matcher(masked).replaceAll(this::replacement);
    }
    return masked;
  }

  /**
   * The beginning of a text that is longer than {@code length}, and an ellipsis. It ends after a
   * letter: half a number could not be recognised as one.
   */
  public static String beginning(String text, int length) {
    if (text == null || text.length() <= length) {
      return text;
    }
    int end = length;
    while (end > 0 && !Character.isLetter(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end) + MASK;
  }

  private String replacement(MatchResult found) {
    boolean kept =
        found.group(1) != null || found.group(2) != null && published.contains(found.group(2));
    return Matcher.quoteReplacement(kept ? found.group() : MASK);
  }

  private static boolean mayHaveCredential(String text) {
    return text.contains("eyJ")
        || containsIgnoreCase(text, "bearer")
        || containsIgnoreCase(text, "basic");
  }

  private static boolean containsIgnoreCase(String text, String word) {
    for (int at = 0; at <= text.length() - word.length(); at++) {
      if (text.regionMatches(true, at, word, 0, word.length())) {
        return true;
      }
    }
    return false;
  }

  /** Whether there are enough digits anywhere; most lines of a log have fewer. */
  private static boolean hasDigits(String text) {
    int digits = 0;
    for (int at = 0; at < text.length(); at++) {
      char one = text.charAt(at);
      // A surrogate may be half of a digit.
      if (one >= '0' && (one <= '9' || one > '~' && (isDigit(one) || Character.isSurrogate(one)))) {
        digits++;
        if (digits >= DIGITS) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean isDigit(char one) {
    return Character.getType(one) == Character.DECIMAL_DIGIT_NUMBER;
  }

  private static String maskJson(String text) {
    int start = startOfObject(text);
    return start < 0 ? text : cut(text, start, text.lastIndexOf('}'), "{" + MASK + "}");
  }

  /** The first brace with a name in quotation marks after it, which may be escaped; or -1. */
  private static int startOfObject(String text) {
    int brace = text.indexOf('{');
    while (brace >= 0) {
      int at = brace + 1;
      while (at < text.length()
          && (Character.isWhitespace(text.charAt(at)) || text.charAt(at) == '\\')) {
        at++;
      }
      if (at < text.length() && text.charAt(at) == '"') {
        return brace;
      }
      brace = text.indexOf('{', at);
    }
    return -1;
  }

  private static String maskXml(String text) {
    int start = startOfElement(text);
    return start < 0 ? text : cut(text, start, text.lastIndexOf('>'), "<" + MASK + ">");
  }

  /** The first XML declaration, or start tag with an attribute; or -1. */
  private static int startOfElement(String text) {
    int tag = text.indexOf('<');
    while (tag >= 0) {
      if (text.startsWith("<?xml", tag) || hasAttribute(text, tag)) {
        return tag;
      }
      tag = text.indexOf('<', tag + 1);
    }
    return -1;
  }

  private static boolean hasAttribute(String text, int tag) {
    boolean equalsSign = false;
    for (int at = tag + 1; at < Math.min(text.length(), tag + TAG); at++) {
      char one = text.charAt(at);
      if (one == '<' || one == '>') {
        return false;
      }
      if (equalsSign && (one == '"' || one == '\'')) {
        return true;
      }
      equalsSign |= one == '=';
    }
    return false;
  }

  /**
   * The text without what stands from {@code start} to {@code end}. A body that was cut off has
   * more of itself after its last bracket; then the rest of the text goes too.
   */
  private static String cut(String text, int start, int end, String mask) {
    String rest = end < start ? "" : text.substring(end + 1);
    boolean more = rest.indexOf('"') >= 0 || rest.indexOf('<') >= 0;
    return text.substring(0, start) + mask + (more ? "" : rest);
  }

  private static String maskRows(String text) {
    String masked = text;
    if (text.indexOf('(') >= 0) {
      masked = FAILING_ROW.matcher(masked).replaceAll("$1 (" + MASK + ")");
    }
    if (masked.indexOf('\'') < 0) {
      return masked;
    }
    Matcher statement = SQL.matcher(masked);
    return statement.find()
        ? masked.substring(0, statement.start())
            + SQL_LITERAL.matcher(masked.substring(statement.start())).replaceAll("'" + MASK + "'")
        : masked;
  }
}
