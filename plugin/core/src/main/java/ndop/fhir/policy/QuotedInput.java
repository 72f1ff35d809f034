package ndop.fhir.policy;

/**
 * Quotes a client's input in a message: short, printable, and without anything that looks like an
 * NHS number.
 */
final class QuotedInput {

  private static final int LENGTH = 40;

  private QuotedInput() {}

  static String of(String text) {
    String printable = text.replaceAll("[^ -~]", "?").replaceAll("[0-9]{9,}", "…");
    String cut = printable.length() > LENGTH ? printable.substring(0, LENGTH) + "…" : printable;
    return "'" + cut + "'";
  }
}
