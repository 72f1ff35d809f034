package ndop.fhir.audit;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import ndop.fhir.masking.DigitGrammar;
import ndop.fhir.masking.NhsNumber;
import ndop.fhir.policy.HeaderPolicy;

/**
 * Replaces NHS numbers with a keyed hash, always the same for the same number: the holder of the
 * key can search for a patient, and no one else can identify one by trying all numbers.
 */
public final class Pseudonymizer {

  private static final String ALGORITHM = "HmacSHA256";

  /**
   * The number of hexadecimal digits that are kept: enough for no two patients to share a
   * pseudonym.
   */
  private static final int DIGITS = 32;

  private static final String GROUPED = "(?<![0-9])[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}(?![0-9])";

  /** What may be an NHS number or contain one: ten digits, grouped 3-3-4 or not, or more. */
  public static final Pattern NUMBER = Pattern.compile(GROUPED + "|[0-9]{10,}+");

  private static final Pattern UUID =
      Pattern.compile("(?<![0-9A-Za-z])%s(?![0-9A-Za-z])".formatted(HeaderPolicy.UUID.pattern()));

  /**
   * A UUID, a time, or a number however it is written. Each character is looked at a few times
   * only.
   */
  private static final Pattern UUID_OR_NUMBER =
      Pattern.compile(
          "(?<uuid>%1$s)|(?<time>%2$s)|%3$s|%4$s(?:%5$s{0,%6$d}+(?!%2$s)%4$s){9,}+"
              .formatted(
                  UUID.pattern(),
                  DigitGrammar.TIME,
                  GROUPED,
                  DigitGrammar.DIGIT,
                  DigitGrammar.ANY_SEPARATOR,
                  DigitGrammar.MOST_SEPARATORS));

  private static final Pattern DIGITS_IN_A_ROW = Pattern.compile("[0-9]{10,}+");

  /** The length of an ASID; other numbers of systems and staff are longer. */
  private static final int IDENTITY_LENGTH = 12;

  private static final int NHS_NUMBER_LENGTH = 10;

  private final SecretKeySpec key;

  /** Takes the key of the hash; null leaves NHS numbers as they are. */
  public Pseudonymizer(byte[] key) {
    this.key = key == null ? null : new SecretKeySpec(key, ALGORITHM);
  }

  /** The pseudonym of an NHS number. */
  public String of(String nhsNumber) {
    if (key == null) {
      return nhsNumber;
    }
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      byte[] hash = mac.doFinal(nhsNumber.getBytes(StandardCharsets.US_ASCII));
      return "nhs:" + HexFormat.of().formatHex(hash).substring(0, DIGITS);
    } catch (GeneralSecurityException everyJavaHasIt) {
      throw new IllegalStateException(everyJavaHasIt);
    }
  }

  /**
   * The text with every number of ten or more digits replaced by its pseudonym, which for ten
   * digits is that of the NHS number. In a UUID, whose digits are random, only an NHS number with
   * the right check digit is.
   */
  public String scrub(String text) {
    return scrub(text, digits -> false);
  }

  /**
   * As {@link #scrub}, but leaves numbers by which systems and staff are known, such as an ASID,
   * unless an NHS number hides in one.
   */
  public String scrubIdentity(String text) {
    return scrub(text, digits -> digits.length() >= IDENTITY_LENGTH && !containsNhsNumber(digits));
  }

  private String scrub(String text, Predicate<String> left) {
    if (key == null) {
      return text;
    }
    Matcher found = UUID_OR_NUMBER.matcher(text);
    StringBuilder scrubbed = new StringBuilder();
    while (found.find()) {
      String safe =
          found.group("uuid") != null
              ? uuid(found.group())
              : found.group("time") != null ? found.group() : number(found.group(), left);
      found.appendReplacement(scrubbed, Matcher.quoteReplacement(safe));
    }
    return found.appendTail(scrubbed).toString();
  }

  private String number(String found, Predicate<String> left) {
    String digits = DigitGrammar.digits(found);
    return left.test(digits) ? found : of(digits);
  }

  private String uuid(String found) {
    return DIGITS_IN_A_ROW
        .matcher(found)
        .replaceAll(run -> containsNhsNumber(run.group()) ? of(run.group()) : run.group());
  }

  /**
   * Whether ten of the digits in a row have the form of an NHS number that is in use. Those begin
   * with 3 or more: a health service that issues others writes a date first.
   */
  private static boolean containsNhsNumber(String digits) {
    for (int start = 0; start + NHS_NUMBER_LENGTH <= digits.length(); start++) {
      String ten = digits.substring(start, start + NHS_NUMBER_LENGTH);
      if (ten.charAt(0) >= '3' && NhsNumber.hasValidCheckDigit(ten)) {
        return true;
      }
    }
    return false;
  }
}
