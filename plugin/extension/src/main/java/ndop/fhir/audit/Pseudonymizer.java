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
 * Writes a keyed hash in the place of an NHS number, the same each time: whoever has the key can
 * look for a person, and nobody else can find one by trying all numbers.
 */
public final class Pseudonymizer {

  private static final String ALGORITHM = "HmacSHA256";

  /** How many hexadecimal digits are kept: enough that two people never share them. */
  private static final int DIGITS = 32;

  /** What could be an NHS number: ten digits, also in groups. */
  public static final Pattern NUMBER =
      Pattern.compile("(?<![0-9])([0-9]{3})[ -]?([0-9]{3})[ -]?([0-9]{4})(?![0-9])");

  /** Ids and trace ids may have ten digits in a row too, and stay what they are. */
  private static final Pattern UUID_OR_NUMBER =
      Pattern.compile(
          "(?<![0-9A-Za-z])%s(?![0-9A-Za-z])|%s"
              .formatted(HeaderPolicy.UUID.pattern(), NUMBER.pattern()));

  private final SecretKeySpec key;

  /** Pseudonymizer by a key; null leaves numbers as they are. */
  public Pseudonymizer(byte[] key) {
    this.key = key == null ? null : new SecretKeySpec(key, ALGORITHM);
  }

  /** What stands for an NHS number. */
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

  /** A text with what stands for them in the place of NHS numbers. */
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
