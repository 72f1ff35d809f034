package ndop.fhir.masking;

/** The check digit of an NHS number, by which ten digits can be told from others. */
public final class NhsNumber {

  private static final int MODULUS = 11;
  private static final int LENGTH = 10;

  private NhsNumber() {}

  /** Whether the last of ten digits is their check digit (NDOP-025). */
  public static boolean hasValidCheckDigit(String digits) {
    int sum = 0;
    for (int index = 0; index < LENGTH; index++) {
      // Weights 10 to 2, and 1 for the check digit itself.
      sum += Character.digit(digits.charAt(index), LENGTH) * (LENGTH - index);
    }
    return sum % MODULUS == 0;
  }
}
