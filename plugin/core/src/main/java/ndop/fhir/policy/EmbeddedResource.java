package ndop.fhir.policy;

import ca.uhn.fhir.rest.api.EncodingEnum;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.util.Optional;
import java.util.TreeMap;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Cuts the resource of a parameter out of the text of Parameters, as it was sent: what HAPI's
 * parser would make of it lacks what the parser drops, and the lines of findings would be others.
 *
 * <p>Everything else is replaced by blanks, so that a line and column of the result are those of
 * the whole text. It expects text that {@link BodySyntaxPolicy} accepts.
 */
public final class EmbeddedResource {

  private static final JsonFactory JSON = new JsonFactory();
  private static final XMLInputFactory XML = xml();
  private static final String PARAMETER = "parameter";
  private static final String NAME = "name";
  private static final String RESOURCE = "resource";

  private EmbeddedResource() {}

  /** The resource of the first parameter with this name; empty if there is none. */
  public static Optional<String> of(String parameters, EncodingEnum encoding, String name) {
    try {
      return encoding == EncodingEnum.XML ? ofXml(parameters, name) : ofJson(parameters, name);
    } catch (IOException | XMLStreamException malformed) {
      return Optional.empty();
    }
  }

  private static Optional<String> ofJson(String text, String name) throws IOException {
    try (JsonParser parser = JSON.createParser(text)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean list = parser.currentName().equals(PARAMETER);
        if (parser.nextToken() == JsonToken.START_ARRAY && list) {
          while (parser.nextToken() == JsonToken.START_OBJECT) {
            Optional<String> found = ofJsonParameter(parser, text, name);
            if (found.isPresent()) {
              return found;
            }
          }
        } else {
          parser.skipChildren();
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<String> ofJsonParameter(JsonParser parser, String text, String name)
      throws IOException {
    String found = null;
    String resource = null;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      if (field.equals(NAME) && value == JsonToken.VALUE_STRING) {
        found = parser.getText();
      } else if (field.equals(RESOURCE) && value == JsonToken.START_OBJECT) {
        int start = (int) parser.currentTokenLocation().getCharOffset();
        parser.skipChildren();
        resource = blankedOutside(text, start, (int) parser.currentLocation().getCharOffset());
      } else {
        parser.skipChildren();
      }
    }
    return name.equals(found) ? Optional.ofNullable(resource) : Optional.empty();
  }

  private static Optional<String> ofXml(String text, String name) throws XMLStreamException {
    XMLStreamReader reader = XML.createXMLStreamReader(new StringReader(text));
    int depth = 0;
    String found = null;
    boolean inResource = false;
    TreeMap<String, String> namespaces = new TreeMap<>();
    while (reader.hasNext()) {
      int event = reader.next();
      if (event == XMLStreamConstants.END_ELEMENT) {
        depth--;
      } else if (event == XMLStreamConstants.START_ELEMENT) {
        depth++;
        if (depth == 2) {
          found = null;
        }
        if (depth <= 3) {
          declare(namespaces, reader);
        }
        if (depth == 3) {
          inResource = reader.getLocalName().equals(RESOURCE);
        }
        if (depth == 3 && reader.getLocalName().equals(NAME)) {
          found = reader.getAttributeValue(null, "value");
        }
        if (depth == 4 && inResource && name.equals(found)) {
          return Optional.of(cutOut(text, reader, namespaces));
        }
      }
    }
    return Optional.empty();
  }

  /** Adds the namespaces that the element declares; "" is the default one. */
  private static void declare(TreeMap<String, String> namespaces, XMLStreamReader reader) {
    for (int index = 0; index < reader.getNamespaceCount(); index++) {
      String prefix = reader.getNamespacePrefix(index);
      namespaces.put(prefix == null ? "" : prefix, reader.getNamespaceURI(index));
    }
  }

  /** Copies the element, with the namespaces that it uses from the elements around it. */
  private static String cutOut(
      String text, XMLStreamReader reader, TreeMap<String, String> inherited)
      throws XMLStreamException {
    // The location of an event is where it ends, or one character later.
    int contentStart = reader.getLocation().getCharacterOffset();
    int start = text.lastIndexOf("<" + qualifiedName(reader), contentStart - 2);
    TreeMap<String, String> own = new TreeMap<>();
    declare(own, reader);
    StringBuilder missing = new StringBuilder();
    inherited.forEach(
        (prefix, uri) -> {
          if (!own.containsKey(prefix)) {
            missing.append(prefix.isEmpty() ? " xmlns" : " xmlns:" + prefix);
            missing.append("=\"").append(uri.replace("&", "&amp;").replace("\"", "&quot;"));
            missing.append('"');
          }
        });
    int nameEnd = start + 1 + qualifiedName(reader).length();
    int depth = 1;
    while (depth > 0) {
      int event = reader.next();
      depth +=
          event == XMLStreamConstants.START_ELEMENT
              ? 1
              : event == XMLStreamConstants.END_ELEMENT ? -1 : 0;
    }
    int end = text.lastIndexOf('>', reader.getLocation().getCharacterOffset() - 1) + 1;
    String element = blankedOutside(text, start, end);
    return element.substring(0, nameEnd) + missing + element.substring(nameEnd);
  }

  private static String qualifiedName(XMLStreamReader reader) {
    String prefix = reader.getPrefix();
    return prefix == null || prefix.isEmpty()
        ? reader.getLocalName()
        : prefix + ":" + reader.getLocalName();
  }

  private static String blankedOutside(String text, int start, int end) {
    StringBuilder blanked = new StringBuilder(end);
    for (int index = 0; index < start; index++) {
      char character = text.charAt(index);
      blanked.append(character == '\n' || character == '\r' ? character : ' ');
    }
    return blanked.append(text, start, end).toString();
  }

  private static XMLInputFactory xml() {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    return factory;
  }
}
