package ndop.fhir.validation;

/**
 * One thing that the validator says of a resource.
 *
 * @param severity how grave it is
 * @param path the element, as a FHIRPath such as {@code Consent.purpose[0]}
 * @param line the line in the text, from 1, or -1 where it is not known
 * @param column the column in the text, from 1, or -1 where it is not known
 * @param rule the message id of HL7's validator, or the key of a broken invariant; never null, may
 *     be empty
 * @param message what was expected and what was found
 */
public record Finding(
    Severity severity, String path, int line, int column, String rule, String message) {

  /** The same finding, at another severity. */
  public Finding at(Severity other) {
    return new Finding(other, path, line, column, rule, message);
  }
}
