package ndop.fhir.policy;

/** A client's own text in a message: short, printable, and without what could be an NHS number. */
final class QuotedInput {

  private static final int LENGTH = 40;

  private QuotedInput() {}

  static String of(String text) {
    String printable = text.replaceAll("[^ -~]", "?").replaceAll("[0-9]{9,}", "…");
    String cut = printable.length() > LENGTH ? printable.substring(0, LENGTH) + "…" : printable;
    return "'" + cut + "'";
  }
}
