package ndop.fhir.policy;

import ca.uhn.fhir.parser.ErrorHandlerAdapter;
import ca.uhn.fhir.parser.json.BaseJsonLikeValue.ScalarType;
import ca.uhn.fhir.parser.json.BaseJsonLikeValue.ValueType;
import java.util.ArrayList;
import java.util.List;

/**
 * Records everything that HAPI's parser drops, instead of failing at the first problem. Elements
 * unknown to FHIR make a body unreadable (NDOP-139); the rest is left to the validator, which knows
 * lines and rules.
 */
public final class RecordingErrorHandler extends ErrorHandlerAdapter {

  private final List<String> unknown = new ArrayList<>();
  private final List<String> dropped = new ArrayList<>();

  /** The names of elements and attributes that FHIR does not have. */
  public List<String> unknown() {
    return unknown;
  }

  /** Whatever else the parser dropped. */
  List<String> dropped() {
    return dropped;
  }

  @Override
  public void unknownElement(IParseLocation location, String name) {
    unknown.add(name);
  }

  @Override
  public void unknownAttribute(IParseLocation location, String name) {
    // The location of an XML schema; never followed. A published example has one (NDOP-091).
    if (!name.equals("schemaLocation")) {
      unknown.add(name);
    }
  }

  @Override
  public void unexpectedRepeatingElement(IParseLocation location, String name) {
    dropped.add(name + ": expected once, found several times");
  }

  @Override
  public void incorrectJsonType(
      IParseLocation location,
      String name,
      ValueType expected,
      ScalarType expectedScalar,
      ValueType found,
      ScalarType foundScalar) {
    dropped.add("%s: expected %s, found %s".formatted(name, expected, found));
  }

  @Override
  public void invalidValue(IParseLocation location, String value, String error) {
    dropped.add("a value of the wrong form");
  }

  @Override
  public void extensionContainsValueAndNestedExtensions(IParseLocation location) {
    dropped.add("extension: expected a value or nested extensions, found both");
  }
}
