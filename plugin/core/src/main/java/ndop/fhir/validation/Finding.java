package ndop.fhir.validation;

/**
 * One message of the validator about a resource.
 *
 * @param severity how severe it is
 * @param path the element, as a FHIRPath such as {@code Consent.purpose[0]}
 * @param line the line in the text, from 1; -1 where unknown
 * @param column the column in the text, from 1; -1 where unknown
 * @param rule the message id of HL7's validator, or the key of a broken invariant; never null, may
 *     be empty
 * @param message what was expected and what was found
 */
public record Finding(
    Severity severity, String path, int line, int column, String rule, String message) {

  /** The same finding in another column. */
  Finding inColumn(int other) {
    return new Finding(severity, path, line, other, rule, message);
  }

  /** The same finding with another severity. */
  public Finding at(Severity other) {
    return new Finding(other, path, line, column, rule, message);
  }
}
