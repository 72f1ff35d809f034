package ndop.fhir.masking;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Regular expressions of what numbers are made of, and of what looks like one and is none. Each is
 * bounded, and none can match the same text in two ways.
 */
public final class DigitGrammar {

  private static final String DIGIT_REFERENCE = "(?:0{0,5}(?:4[89]|5[0-7])|[xX]0{0,5}3[0-9]);";

  /**
   * A decimal digit of any script; percent-encoded, however often; a character reference of XML; an
   * escape of JSON.
   */
  public static final String DIGIT =
      "(?:\\p{Nd}|%(?:25)*+3[0-9]|\\\\{1,4}u003[0-9]|&#" + DIGIT_REFERENCE + ")";

  /** What people, and encoders of URLs, put between the groups of one number. */
  static final String SEPARATOR =
      "(?:[ \\t\\u00a0\\u00ad\\u2000-\\u200b\\u202f\\u2010-\\u2015\\u2212._/+-]"
          + "|%(?:25)*+(?:2[0bBdDeEfF]|5[fF]|C2%A0)|\\\\{1,4}u00[aA]0|&nbsp;)";

  /**
   * Whatever is neither a letter nor a digit, as it is or encoded: brackets, a comma, invisible
   * characters, or a colon, which is rather between an address and a port.
   */
  public static final String ANY_SEPARATOR =
      "(?:[^\\p{L}\\p{N}%&\\\\]"
          + "|%(?:25)*+(?:[01][0-9A-Fa-f]|2[0-46-9A-Fa-f]|3[A-Fa-f]|40|5[B-Fb-f]|60|7[B-Fb-f]"
          + "|[C-Fc-f][0-9A-Fa-f](?:%(?:25)*+[89ABab][0-9A-Fa-f]){1,3})"
          + "|\\\\{1,4}(?:[bfnrt/\"']|u(?!003[0-9])[0-9A-Fa-f]{4})"
          + "|&(?:[A-Za-z]{2,8}|#(?!"
          + DIGIT_REFERENCE
          + ")[xX]?[0-9A-Fa-f]{1,7});)";

  /** The most separators between two digits of one number. */
  public static final int MOST_SEPARATORS = 8;

  private static final String UUID =
      "(?<![0-9A-Za-z-])[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?![0-9A-Za-z-])";

  private static final String YEAR = "(?:19|20)[0-9]{2}";
  private static final String MONTH = "(?:0[1-9]|1[0-2])";
  private static final String DAY = "(?:0[1-9]|[12][0-9]|3[01])";

  private static final String DATE =
      "(?<!\\p{Nd})(?:%1$s[/.-]%2$s[/.-]%3$s|%3$s[/.-]%2$s[/.-]%1$s)(?!\\p{Nd})"
          .formatted(YEAR, MONTH, DAY);

  /** A time of day, with a fraction and an offset or without. */
  public static final String TIME =
      "(?<!\\p{Nd})(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:[.,][0-9]{1,6})?"
          + "(?: ?[+-][01][0-9]:?[0-5][0-9])?(?!\\p{Nd})";

  private static final String OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";

  private static final String IPV4 =
      "(?<![\\p{Nd}.])%1$s(?:\\.%1$s){3}(?::[1-9][0-9]{1,4})?(?!\\.?\\p{Nd})".formatted(OCTET);

  /** A UUID, date, time, or address with or without a port. */
  static final String NO_NUMBER = "(?:" + UUID + "|" + DATE + "|" + TIME + "|" + IPV4 + ")";

  private static final Pattern TOKEN = Pattern.compile("(" + DIGIT + ")|" + ANY_SEPARATOR);

  private DigitGrammar() {}

  /** The digits of a number, in ASCII, however they are written and grouped. */
  public static String digits(String number) {
    return digits(findDigits(number));
  }

  /** The values of the digits, in ASCII. */
  static String digits(List<MatchResult> found) {
    return found.stream()
        .map(digit -> String.valueOf(valueOf(digit.group())))
        .collect(Collectors.joining());
  }

  /** Where the digits of a number stand in it. */
  static List<MatchResult> findDigits(String number) {
    return TOKEN.matcher(number).results().filter(token -> token.group(1) != null).toList();
  }

  private static int valueOf(String digit) {
    if (digit.startsWith("&#")) {
      String code = digit.substring(2, digit.length() - 1);
      boolean hexadecimal = Character.toLowerCase(code.charAt(0)) == 'x';
      return Character.digit(
          hexadecimal ? Integer.parseInt(code.substring(1), 16) : Integer.parseInt(code), 10);
    }
    return Character.digit(digit.codePointBefore(digit.length()), 10);
  }
}
