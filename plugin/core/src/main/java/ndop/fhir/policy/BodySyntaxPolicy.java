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
import org.apache.commons.lang3.StringUtils;

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
  public static final int DEFAULT_MAX_ELEMENTS = 1000;

  /** Numbers in FHIR have a few digits; one with a million is an attack. */
  private static final int MAX_DIGITS = 100;

  /** HL7's validator copies a text once for each less-than sign in it, to look for HTML. */
  private static final int MAX_TEXT_WITH_MARKUP = 1000;

  /** HL7's validator searches the whole narrative for the target of each link in it. */
  private static final int MAX_NARRATIVE_ELEMENTS = 500;

  /**
   * HL7's validator repeats the id of a contained resource in the path of everything in it, and
   * analyses a code of UCUM again for each of its characters.
   */
  private static final int MAX_NAME = 1000;

  private static final Set<String> NAME_LIKE = Set.of("id", "code");

  /** FHIR has no text between elements; the validator has a finding for each. */
  private static final int MAX_LOOSE_TEXTS = 20;

  /** More than any element of FHIR or XHTML has. Parsers compare attributes with each other. */
  private static final int MAX_ATTRIBUTES = 100;

  /** What the JDK's parser says of an element with more than {@link #MAX_ATTRIBUTES}. */
  private static final String TOO_MANY_ATTRIBUTES = "JAXP00010002";

  private static final String NARRATIVE = "div";
  private static final String FHIR = "http://hl7.org/fhir";
  private static final String XHTML = "http://www.w3.org/1999/xhtml";

  private static final Pattern HUGE_NUMBER =
      Pattern.compile("\\s*+[+-]?+[0-9]*+(?:\\.[0-9]*+)?+[eE][+-]?+[0-9]{6,}+\\s*+");

  private static final Pattern LONG_NUMBER =
      Pattern.compile("[\\s+-]*+[0-9.]{%d}".formatted(MAX_DIGITS + 2));

  /** Elements of STU3 that are decimals in some resource, apart from those of {@code [x]}. */
  private static final Set<String> DECIMALS =
      Set.of(
          ("add altitude backCurve cylinder diameter duration durationMax fScore factor "
                  + "factorOverride gtFP latitude longitude lowerLimit measureScore period "
                  + "periodMax points power precision prism queryFP queryTP recall relativeRisk "
                  + "score sphere truthFN truthTP upperLimit value")
              .split(" "));

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
                    .maxNameLength(MAX_NAME)
                    .build())
            .build();
    xml = XMLInputFactory.newDefaultFactory();
    xml.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    xml.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    xml.setProperty(
        "http://www.oracle.com/xml/jaxp/properties/elementAttributeLimit", MAX_ATTRIBUTES);
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
      int markup = 0;
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
          JsonStreamContext place = parser.getParsingContext();
          if (NARRATIVE.equals(place.getCurrentName())) {
            markup += countTags(parser.getText());
            checkNarrative(markup);
          } else {
            checkText(place, parser.getText());
          }
        }
      }
      if (parser.nextToken() != null) {
        throw unreadable("Expected one JSON object; found more after its end.");
      }
    } catch (StreamConstraintsException beyond) {
      throw tooComplex(
          "%d levels, numbers of %d digits and names of %d characters"
              .formatted(depth, MAX_DIGITS, MAX_NAME));
    } catch (IOException malformed) {
      throw unreadable(
          "Expected JSON in which no object has a name twice; the body is not, or ends early.");
    }
  }

  private void checkXml(String body) throws SyntaxException {
    // Before any parser, since parsers compare the namespaces of an element with each other.
    if (StringUtils.countMatches(body, "xmlns") > elements) {
      throw tooComplex("%d declarations of namespaces".formatted(elements));
    }
    try {
      XMLStreamReader reader = xml.createXMLStreamReader(new StringReader(body));
      String encoding = reader.getCharacterEncodingScheme();
      if (encoding != null && !UTF_8_COMPATIBLE.contains(encoding.toUpperCase(Locale.ROOT))) {
        throw unreadable("Expected XML in UTF-8; it declares another encoding.");
      }
      Deque<String> path = new ArrayDeque<>();
      int found = 0;
      int markup = 0;
      int looseTexts = 0;
      while (reader.hasNext()) {
        int event = reader.next();
        if (event == XMLStreamConstants.DTD) {
          throw unreadable("Expected XML without a document type; found one.");
        }
        if (event == XMLStreamConstants.END_ELEMENT) {
          path.pop();
        }
        if (event == XMLStreamConstants.COMMENT
            || event == XMLStreamConstants.PROCESSING_INSTRUCTION) {
          found++;
          checkElementCount(found);
        }
        if (event == XMLStreamConstants.CHARACTERS
            && !reader.isWhiteSpace()
            && !path.contains(NARRATIVE)) {
          looseTexts++;
          checkLooseTexts(looseTexts);
        }
        if (event == XMLStreamConstants.START_ELEMENT) {
          found++;
          checkElementCount(found);
          checkAttributes(path.peek(), reader);
          path.push(reader.getLocalName());
          checkNamespace(reader.getNamespaceURI(), path.contains(NARRATIVE));
          markup += path.contains(NARRATIVE) ? 1 : 0;
          checkNarrative(markup);
        }
        if (path.size() > depth) {
          throw tooComplex("%d levels".formatted(depth));
        }
      }
    } catch (XMLStreamException malformed) {
      if (String.valueOf(malformed.getMessage()).contains(TOO_MANY_ATTRIBUTES)) {
        throw tooComplex("%d attributes in any element".formatted(MAX_ATTRIBUTES));
      }
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

  private static void checkNamespace(String found, boolean inNarrative) throws SyntaxException {
    if (!(inNarrative ? XHTML : FHIR).equals(found)) {
      throw unreadable(
          "Expected elements of the namespace %s, and of %s in a narrative; found %s."
              .formatted(FHIR, XHTML, found == null ? "one of none" : "another"));
    }
  }

  private void checkAttributes(String parent, XMLStreamReader reader) throws SyntaxException {
    String name = reader.getLocalName();
    for (int index = 0; index < reader.getAttributeCount(); index++) {
      String attribute = reader.getAttributeLocalName(index);
      String text = reader.getAttributeValue(index);
      checkText(attribute.equals("value") ? name : attribute, text);
      if (attribute.equals("value")) {
        checkNumberText(parent, name, text);
      }
    }
  }

  private void checkText(JsonStreamContext place, String text) throws SyntaxException {
    JsonStreamContext parent = place.getParent();
    boolean inArray = place.getCurrentName() == null;
    checkText(inArray ? parent.getCurrentName() : place.getCurrentName(), text);
    checkNumberText(parent.getCurrentName(), place.getCurrentName(), text);
  }

  /** What HAPI's parser or HL7's validator would take too long for, or fail on. */
  private static void checkText(String name, String text) throws SyntaxException {
    if (text.length() > MAX_TEXT_WITH_MARKUP && text.indexOf('<') >= 0) {
      throw tooComplex(
          "%d characters in any text with a less-than sign".formatted(MAX_TEXT_WITH_MARKUP));
    }
    if (name != null && NAME_LIKE.contains(name) && text.length() > MAX_NAME) {
      throw tooComplex("%d characters in any id or code".formatted(MAX_NAME));
    }
  }

  private static void checkLooseTexts(int found) throws SyntaxException {
    if (found > MAX_LOOSE_TEXTS) {
      throw tooComplex("%d texts between elements".formatted(MAX_LOOSE_TEXTS));
    }
  }

  private static void checkNarrative(int tags) throws SyntaxException {
    if (tags > MAX_NARRATIVE_ELEMENTS) {
      throw tooComplex("%d elements in narratives".formatted(MAX_NARRATIVE_ELEMENTS));
    }
  }

  /** The number of tags in XHTML, other than end tags, and of comments. */
  private static int countTags(String xhtml) {
    return StringUtils.countMatches(xhtml, '<') - StringUtils.countMatches(xhtml, "</");
  }

  /**
   * HAPI writes out every decimal that it reads, and 1e999999999 has a gigabyte of digits. Whether
   * it treats a text as a decimal depends on the type of the element; what is certainly text
   * passes.
   */
  private void checkNumberText(String parent, String name, String text) throws SyntaxException {
    boolean huge =
        HUGE_NUMBER.matcher(text).matches()
            || isDecimal(name == null ? parent : name) && LONG_NUMBER.matcher(text).lookingAt();
    if (huge && !isText(parent, name)) {
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

  private static boolean isDecimal(String name) {
    return name != null && (DECIMALS.contains(name) || name.endsWith("Decimal"));
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
