package ndop.fhir.policy;

import ndop.fhir.masking.ConfidentialDataMasker;

/**
 * Quotes a client's input in a message: short, printable, and without anything that looks like an
 * NHS number or a token. It is masked before it is cut: nine digits give the tenth away.
 */
public final class QuotedInput {

  private static final int LENGTH = 40;

  /** Enough for what is left when the numbers in it are masked. */
  private static final int LOOKED_AT = 1000;

  private static final ConfidentialDataMasker MASKER = new ConfidentialDataMasker();

  private QuotedInput() {}

  /** The quoted text, of at most 40 characters. */
  public static String of(String text) {
    String printable =
        MASKER
            .maskIdentifiers(ConfidentialDataMasker.beginning(text, LOOKED_AT))
            .replaceAll("[^ -~…]", "?");
    String cut = printable.length() > LENGTH ? printable.substring(0, LENGTH) + "…" : printable;
    return "'" + cut + "'";
  }
}
