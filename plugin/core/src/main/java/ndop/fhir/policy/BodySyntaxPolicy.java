package ndop.fhir.policy;

import ca.uhn.fhir.rest.api.EncodingEnum;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Refuses a body unless it is one JSON object or one XML document that every parser understands in
 * the same way and within limits: no repeated name in an object, no document type declaration, no
 * encoding other than UTF-8, no character that JSON allows and XML does not, and nothing after the
 * end.
 *
 * <p>HAPI's parser and HL7's validator each read the body themselves, and both are more lenient,
 * but in different ways: what one validates would differ from what the other stores.
 */
public final class BodySyntaxPolicy {

  /** The maximum nesting depth, unless a setting says otherwise. */
  public static final int DEFAULT_MAX_DEPTH = 50;

  /** The maximum number of values or elements, unless a setting says otherwise. */
  public static final int DEFAULT_MAX_ELEMENTS = 2000;

  /** Numbers in FHIR have a few digits; one with a million is an attack. */
  private static final int MAX_DIGITS = 100;

  private static final Pattern HUGE_NUMBER =
      Pattern.compile("\\s*[+-]?[0-9]*\\.?[0-9]*[eE][+-]?[0-9]{6,}\\s*");

  private static final Set<String> UTF_8_COMPATIBLE = Set.of("UTF-8", "US-ASCII", "ASCII");

  private final int depth;
  private final int elements;
  private final JsonFactory json;
  private final XMLInputFactory xml;

  /**
   * Limits the levels and the number of values (JSON) or elements (XML), because validation time
   * grows faster than their number.
   */
  public BodySyntaxPolicy(int depth, int elements) {
    this.depth = depth;
    this.elements = elements;
    json =
        JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(depth)
                    .maxNumberLength(MAX_DIGITS)
                    .build())
            .build();
    xml = XMLInputFactory.newDefaultFactory();
    xml.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    xml.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
  }

  /** A policy with the default limits. */
  public static BodySyntaxPolicy withDefaultLimits() {
    return new BodySyntaxPolicy(DEFAULT_MAX_DEPTH, DEFAULT_MAX_ELEMENTS);
  }

  /** The reason for refusing {@code body}; empty if it may be parsed. */
  public Optional<Outcome> refusal(EncodingEnum encoding, String body) {
    try {
      if (encoding == EncodingEnum.XML) {
        checkXml(body);
      } else {
        checkJson(body);
      }
      return Optional.empty();
    } catch (SyntaxException refused) {
      return Optional.of(refused.refusal);
    }
  }

  private void checkJson(String body) throws SyntaxException {
    try (JsonParser parser = json.createParser(body)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw unreadable("Expected a JSON object; found something else.");
      }
      int found = 0;
      while (!parser.getParsingContext().inRoot()) {
        JsonToken token = parser.nextToken();
        if (token == null) {
          throw unreadable("Expected a JSON object; the body ends before it.");
        }
        found += token.isScalarValue() || token.isStructStart() ? 1 : 0;
        checkElementCount(found);
        if (token == JsonToken.VALUE_NUMBER_FLOAT && !isShort(parser.getText())) {
          throw tooComplex("%d digits in any number".formatted(MAX_DIGITS));
        }
        if (token == JsonToken.VALUE_STRING || token == JsonToken.FIELD_NAME) {
          checkCharacters(parser.getText());
        }
        if (token == JsonToken.VALUE_STRING) {
          JsonStreamContext object = parser.getParsingContext();
          checkNumberText(
              object.getParent().getCurrentName(), object.getCurrentName(), parser.getText());
        }
      }
      if (parser.nextToken() != null) {
        throw unreadable("Expected one JSON object; found more after its end.");
      }
    } catch (StreamConstraintsException beyond) {
      throw tooComplex("%d levels and numbers of %d digits".formatted(depth, MAX_DIGITS));
    } catch (IOException malformed) {
      throw unreadable(
          "Expected JSON in which no object has a name twice; the body is not, or ends early.");
    }
  }

  private void checkXml(String body) throws SyntaxException {
    try {
      XMLStreamReader reader = xml.createXMLStreamReader(new StringReader(body));
      String encoding = reader.getCharacterEncodingScheme();
      if (encoding != null && !UTF_8_COMPATIBLE.contains(encoding.toUpperCase(Locale.ROOT))) {
        throw unreadable("Expected XML in UTF-8; it declares another encoding.");
      }
      Deque<String> path = new ArrayDeque<>();
      int found = 0;
      while (reader.hasNext()) {
        int event = reader.next();
        if (event == XMLStreamConstants.DTD) {
          throw unreadable("Expected XML without a document type; found one.");
        }
        if (event == XMLStreamConstants.END_ELEMENT) {
          path.pop();
        }
        if (event == XMLStreamConstants.START_ELEMENT) {
          found++;
          checkElementCount(found);
          checkNumberText(
              path.peek(), reader.getLocalName(), reader.getAttributeValue(null, "value"));
          path.push(reader.getLocalName());
        }
        if (path.size() > depth) {
          throw tooComplex("%d levels".formatted(depth));
        }
      }
    } catch (XMLStreamException malformed) {
      throw unreadable("Expected well-formed XML; the body is not, or ends early.");
    }
  }

  /**
   * FHIR allows no other characters: XML cannot express them, and a database may not store them.
   */
  private static void checkCharacters(String text) throws SyntaxException {
    if (!text.codePoints().allMatch(BodySyntaxPolicy::isXmlCharacter)) {
      throw unreadable(
          "Expected text of characters that XML has too; "
              + "found a control character or half of a surrogate pair.");
    }
  }

  private static boolean isXmlCharacter(int character) {
    return character >= 0x20
            && (character < Character.MIN_SURROGATE || character > Character.MAX_SURROGATE)
            && character != 0xFFFE
            && character != 0xFFFF
        || character == '\t'
        || character == '\n'
        || character == '\r';
  }

  /**
   * HAPI writes out every decimal that it reads, and 1e999999999 has a gigabyte of digits. Whether
   * it treats a text as a decimal depends on the type of the element; what is certainly text
   * passes.
   */
  private void checkNumberText(String parent, String name, String text) throws SyntaxException {
    if (text != null && HUGE_NUMBER.matcher(text).matches() && !isText(parent, name)) {
      throw tooComplex("%d digits in any number".formatted(MAX_DIGITS));
    }
  }

  private static boolean isText(String parent, String name) {
    if (name == null || !name.startsWith("value") || name.equals("valueDecimal")) {
      return false;
    }
    return !name.equals("value")
        || parent != null && parent.toLowerCase(Locale.ROOT).contains("identifier");
  }

  private static boolean isShort(String number) {
    try {
      return isShort(new BigDecimal(number));
    } catch (NumberFormatException beyondBigDecimal) {
      return false;
    }
  }

  private static boolean isShort(BigDecimal number) {
    return number.precision() <= MAX_DIGITS && Math.abs((long) number.scale()) <= MAX_DIGITS;
  }

  private void checkElementCount(int found) throws SyntaxException {
    if (found > elements) {
      throw tooComplex("%d values or elements".formatted(elements));
    }
  }

  private static SyntaxException unreadable(String diagnostics) {
    return new SyntaxException(Outcome.of(Situation.UNREADABLE_BODY, diagnostics));
  }

  private static SyntaxException tooComplex(String bound) {
    return new SyntaxException(
        Outcome.of(
            Situation.BODY_TOO_COMPLEX, "Expected a body of at most " + bound + "; found more."));
  }

  private static final class SyntaxException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient Outcome refusal;

    private SyntaxException(Outcome refusal) {
      this.refusal = refusal;
    }
  }
}
