package ndop.fhir.validation;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * XML in a form that HL7's parser takes for what it is. That parser looks at the first bytes
 * itself: it knows an XML declaration by its encoding only, takes white space before the root
 * element for another encoding, and searches the end of a declaration without end. What a
 * declaration says has been checked already; it becomes a comment of the same length, and white
 * space is put into one.
 *
 * @param text the XML
 * @param line the line on which more characters are than in the original
 * @param shift how many more
 */
record XmlProlog(String text, int line, int shift) {

  private static final Pattern DECLARATION = Pattern.compile("<\\?xml\\s[^>]*+(?<=\\?)>");
  private static final Pattern WHITE_SPACE = Pattern.compile("[ \\t\\r\\n]++");
  private static final String OPEN = "<!--";
  private static final String CLOSE = "-->";

  static XmlProlog of(String xml) {
    Matcher declaration = DECLARATION.matcher(xml);
    if (declaration.lookingAt()) {
      int blanks = declaration.end() - OPEN.length() - CLOSE.length();
      // A declaration may have line feeds; what follows must stay on its line.
      String inside = xml.substring(OPEN.length(), OPEN.length() + blanks).replaceAll("\\S", " ");
      return new XmlProlog(OPEN + inside + CLOSE + xml.substring(declaration.end()), 0, 0);
    }
    Matcher space = WHITE_SPACE.matcher(xml);
    if (space.lookingAt()) {
      int lines = (int) space.group().chars().filter(character -> character == '\n').count();
      return new XmlProlog(
          OPEN + space.group() + CLOSE + xml.substring(space.end()),
          1 + lines,
          CLOSE.length() + (lines == 0 ? OPEN.length() : 0));
    }
    return new XmlProlog(xml, 0, 0);
  }

  /** Whether HL7's parser can tell where the prolog ends. */
  boolean isReadable() {
    boolean searched = text.startsWith("<?") || text.startsWith("\uFEFF");
    return !searched || text.indexOf('>') >= 0;
  }

  /** The column in the original of a place in the text. */
  int column(int ofLine, int ofColumn) {
    return ofLine == line && ofColumn > shift ? ofColumn - shift : ofColumn;
  }
}
