package ndop.fhir.audit;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
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

  /** What could be an NHS number: ten digits, which may be grouped 3-3-4. */
  public static final Pattern NUMBER =
      Pattern.compile("(?<![0-9])([0-9]{3})[ -]?([0-9]{3})[ -]?([0-9]{4})(?![0-9])");

  /** Ids and trace ids may contain ten digits in a row as well; they are left alone. */
  private static final Pattern UUID_OR_NUMBER =
      Pattern.compile(
          "(?<![0-9A-Za-z])%s(?![0-9A-Za-z])|%s"
              .formatted(HeaderPolicy.UUID.pattern(), NUMBER.pattern()));

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

  /** The text with every NHS number replaced by its pseudonym. */
  public String scrub(String text) {
    return UUID_OR_NUMBER
        .matcher(text)
        .replaceAll(
            found ->
                Matcher.quoteReplacement(
                    found.group(1) == null
                        ? found.group()
                        : of(found.group(1) + found.group(2) + found.group(3))));
  }
}
