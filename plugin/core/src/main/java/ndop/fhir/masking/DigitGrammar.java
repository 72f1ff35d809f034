package ndop.fhir.masking;

/**
 * Regular expressions of what numbers are made of, and of what looks like one and is none. Each is
 * bounded, and none can match the same text in two ways.
 */
final class DigitGrammar {

  /**
   * A decimal digit of any script; percent-encoded, up to three times over; a character reference
   * of XML; an escape of JSON.
   */
  static final String DIGIT =
      "(?:\\p{Nd}|%(?:25){0,2}3[0-9]|\\\\{1,4}u003[0-9]"
          + "|&#(?:0{0,5}(?:4[89]|5[0-7])|[xX]0{0,5}3[0-9]);)";

  /** What people, and encoders of URLs, put between the groups of one number. */
  static final String SEPARATOR =
      "(?:[ \\t\\u00a0\\u00ad\\u2000-\\u200b\\u202f\\u2010-\\u2015\\u2212._/+-]"
          + "|%(?:25){0,2}(?:2[0bBdDeEfF]|5[fF]|C2%A0)|\\\\{1,4}u00[aA]0|&nbsp;)";

  /** A colon too, which is rather between an address and a port. */
  static final String ANY_SEPARATOR = "(?:" + SEPARATOR + "|:|%(?:25){0,2}3[aA])";

  private static final String UUID =
      "(?<![0-9A-Za-z-])[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?![0-9A-Za-z-])";

  private static final String YEAR = "(?:19|20)[0-9]{2}";
  private static final String MONTH = "(?:0[1-9]|1[0-2])";
  private static final String DAY = "(?:0[1-9]|[12][0-9]|3[01])";

  private static final String DATE =
      "(?<!\\p{Nd})(?:%1$s[/.-]%2$s[/.-]%3$s|%3$s[/.-]%2$s[/.-]%1$s)(?!\\p{Nd})"
          .formatted(YEAR, MONTH, DAY);

  private static final String TIME =
      "(?<!\\p{Nd})(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:[.,][0-9]{1,6})?"
          + "(?: ?[+-][01][0-9]:?[0-5][0-9])?(?!\\p{Nd})";

  private static final String OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";

  private static final String IPV4 =
      "(?<![\\p{Nd}.])%1$s(?:\\.%1$s){3}(?::[1-9][0-9]{1,4})?(?!\\.?\\p{Nd})".formatted(OCTET);

  /** A UUID, date, time, or address with or without a port. */
  static final String NO_NUMBER = "(?:" + UUID + "|" + DATE + "|" + TIME + "|" + IPV4 + ")";

  private DigitGrammar() {}
}
