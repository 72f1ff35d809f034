package ndop.fhir.policy;

import static org.assertj.core.api.Assertions.assertThat;

import ca.uhn.fhir.rest.api.EncodingEnum;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import ndop.fhir.edition.EditionFixtures;
import ndop.fhir.validation.ProfileValidator;
import ndop.fhir.validation.ValidationSupportFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The work for a body grows no faster than its size, up to the limits: each kind of input is
 * doubled until it is refused as too complex, or a megabyte. What is compared is CPU time.
 */
class BodyGrowthTest {

  private static final int SMALLEST = 1 << 14;
  private static final int LARGEST = 1 << 20;

  private static final BodyPolicy POLICY =
      new BodyPolicy(
          BodySyntaxPolicy.withDefaultLimits(),
          EditionFixtures.FHIR,
          new ProfileValidator(
              ValidationSupportFactory.create(
                  EditionFixtures.FHIR, EditionFixtures.PACKAGE.resources())),
          new FindingPolicy(EditionFixtures.FACTS, false),
          EditionFixtures.FACTS.resourceType(),
          EditionFixtures.FACTS.profile());

  private static final String JSON = sample();
  private static final String XML = inXml(JSON);

  /** A body of about as many characters as it is asked for. */
  private record Kind(String name, EncodingEnum encoding, IntFunction<String> body) {
    @Override
    public String toString() {
      return encoding + ", " + name;
    }
  }

  static Stream<Kind> kinds() {
    List<Kind> kinds = new ArrayList<>();
    for (String repeated : List.of("1", "1.", "a", "<", "/a", " a", "é")) {
      kinds.add(text("display", "", repeated));
      kinds.add(text("display", "<a", repeated));
      kinds.add(text("reference", "http://x", repeated));
    }
    for (String repeated : List.of("1", "<", "/a")) {
      for (String place : List.of("patient", "URL", "profile", "system", "id", "implicitRules")) {
        kinds.add(text(place, "", repeated));
      }
    }
    for (String type :
        List.of(
            "Boolean Integer PositiveInt UnsignedInt Decimal String Code Id Uri Oid Markdown Date"
                .split(" "))) {
      kinds.add(extension(type, "1"));
    }
    return Stream.concat(
        kinds.stream(),
        Stream.of(
            extension("DateTime", "1"),
            extension("Instant", "1"),
            extension("Time", "1"),
            extension("Base64Binary", "AAAA"),
            extension("String", "\\n "),
            extension("String", "\\u0041"),
            json(
                "fraction of a second",
                size ->
                    JSON.replaceFirst(":[0-9]{2}(Z|[+]00:00)", ":00." + "1".repeat(size) + "Z")),
            small("organization", "{\"display\": \"x\"}"),
            small("organization", "{}"),
            small("category", "{\"text\": \"x\"}"),
            small("contained", "{\"resourceType\": \"Patient\"}"),
            json("whitespace", size -> " ".repeat(size) + JSON),
            json("lines after the end", size -> JSON + "\n".repeat(size)),
            json(
                "number",
                size ->
                    member(
                        "extension",
                        "%s",
                        "[{\"url\": \"http://x\", \"valueDecimal\": 1%s}]"
                            .formatted("1".repeat(size)))),
            json(
                "exponent",
                size ->
                    member(
                        "extension",
                        "%s",
                        "[{\"url\": \"http://x\", \"valueDecimal\": 1e%s}]"
                            .formatted("1".repeat(size)))),
            json("name", size -> member("a".repeat(size), "1")),
            json("many names", size -> members(size, i -> "\"name%d\": 1".formatted(i))),
            json(
                "names of equal hash",
                size -> members(size, i -> "\"%s\": 1".formatted(ofEqualHash(i)))),
            json(
                "extensions",
                size ->
                    member(
                        "extension",
                        "%s",
                        list(
                            size,
                            i ->
                                "{\"url\": \"http://x/%d\", \"valueString\": \"%s\"}"
                                    .formatted(i, "x".repeat(1000))))),
            json(
                "modifier extensions",
                size ->
                    member(
                        "modifierExtension",
                        "%s",
                        list(
                            size,
                            i ->
                                "{\"url\": \"http://x/%d\", \"valueString\": \"%s\"}"
                                    .formatted(i, "x".repeat(1000))))),
            json(
                "identifiers",
                size ->
                    member(
                        "category",
                        "%s",
                        list(
                            size,
                            i ->
                                "{\"coding\": [{\"system\": \"http://x\", \"code\": \"%s\"}]}"
                                    .formatted("x".repeat(1000))))),
            json(
                "profiles",
                size ->
                    member(
                        "meta",
                        "%s",
                        "{\"profile\": %s}"
                            .formatted(
                                list(
                                    size,
                                    i -> "\"http://x/%d/%s\"".formatted(i, "x".repeat(500)))))),
            json(
                "tags",
                size ->
                    member(
                        "meta",
                        "%s",
                        "{\"tag\": %s}"
                            .formatted(
                                list(
                                    size,
                                    i ->
                                        "{\"system\": \"http://x\", \"code\": \"x%d%s\"}"
                                            .formatted(i, "x".repeat(1000)))))),
            json(
                "contained resources",
                size ->
                    member(
                        "contained",
                        "%s",
                        list(
                            size,
                            i ->
                                "{\"resourceType\": \"Patient\", \"id\": \"a%d\", \"gender\": \"%s\"}"
                                    .formatted(i, "x".repeat(1500))))),
            json(
                "contained resources in a chain",
                size ->
                    member(
                        "contained",
                        "%s",
                        list(
                            size,
                            i ->
                                "{\"resourceType\": \"Patient\", \"id\": \"a%d\", \"link\": [{\"other\": {\"reference\": \"#a%d\", \"display\": \"%s\"}}]}"
                                    .formatted(i, i + 1, "x".repeat(2500))))),
            json(
                "id of a contained resource with many elements",
                size ->
                    member(
                        "contained",
                        "%s",
                        "[{\"resourceType\": \"Patient\", \"id\": \"%s\", \"name\": %s}]"
                            .formatted(
                                "a".repeat(size / 2),
                                list(
                                    size / 2,
                                    i -> "{\"text\": \"%s\"}".formatted("x".repeat(500)))))),
            json(
                "URL of an extension with many extensions",
                size ->
                    member(
                        "extension",
                        "%s",
                        "[{\"url\": \"http://x/%s\", \"extension\": %s}]"
                            .formatted(
                                "a".repeat(size / 2),
                                list(
                                    size / 2,
                                    i ->
                                        "{\"url\": \"%s\", \"valueInteger\": 1}"
                                            .formatted("x".repeat(500)))))),
            narrative("text", "a "),
            narrative("paragraphs", "<p>a</p>"),
            narrative("empty elements", "<br/>"),
            narrative("links without target", "<a href='#x'>a</a>"),
            narrative("images without target", "<img src='#x'/>"),
            narrative("comments", "<!--a-->"),
            narrative("instructions", "<?a b?>"),
            narrative("entities", "&lt;"),
            narrative("unknown entities", "&nbsp;"),
            narrative("open elements", "<b>"),
            json(
                "narrative of nested elements",
                size -> div("", "<b>".repeat(size / 7) + "</b>".repeat(size / 7))),
            json(
                "narrative with attributes",
                size -> div(joined(size, " ", i -> "a%d=''".formatted(i)), "")),
            json(
                "narrative with a document type",
                size ->
                    member(
                        "text",
                        "%s",
                        "{\"status\": \"generated\", \"div\": \"<!DOCTYPE a [%s]><div/>\"}"
                            .formatted("<!ENTITY e 'x'>".repeat(size / 15)))),
            xml("attributes", size -> element(joined(size, " ", i -> "a%d=''".formatted(i)), "")),
            xml(
                "attributes of equal hash",
                size -> element(joined(size, " ", i -> ofEqualHash(i) + "=''"), "")),
            xml(
                "namespaces",
                size -> element(joined(size, " ", i -> "xmlns:a%d='u'".formatted(i)), "")),
            xml(
                "namespaces and children",
                size ->
                    element(
                        joined(size / 2, " ", i -> "xmlns:a%d='u'".formatted(i)),
                        "<language/>".repeat(size / 2 / 11))),
            xml("name of an element", size -> element("", "<%s/>".formatted("a".repeat(size)))),
            xml("name of an attribute", size -> element("a".repeat(size) + "=''", "")),
            xml("character references", size -> language("&#65;".repeat(size / 5))),
            xml("entity references", size -> language("&amp;".repeat(size / 5))),
            xml("less-than signs", size -> language("&lt;".repeat(size / 4))),
            xml(
                "long character reference",
                size -> language("&#x%s41;".formatted("0".repeat(size)))),
            xml("long name of an entity", size -> language("&%s;".formatted("a".repeat(size)))),
            xml("digits", size -> language("1".repeat(size))),
            xml("lines in an attribute", size -> language("\n".repeat(size))),
            xml("comments", size -> element("", "<!--a-->".repeat(size / 8))),
            xml("comments before", size -> "<!--a-->".repeat(size / 8) + XML),
            xml("comment", size -> element("", "<!--%s-->".formatted("- ".repeat(size / 2)))),
            xml("instructions", size -> element("", "<?a b?>".repeat(size / 7))),
            xml("instruction", size -> element("", "<?a %s?>".formatted("?".repeat(size)))),
            xml("CDATA sections", size -> element("", "<![CDATA[a]]>".repeat(size / 13))),
            xml("CDATA", size -> element("", "<![CDATA[%s]]>".formatted("]".repeat(size)))),
            xml("text", size -> element("", "a".repeat(size))),
            xml("whitespace", size -> element("", "\r\n".repeat(size / 2))),
            xml("whitespace in a tag", size -> element("\n".repeat(size), "")),
            xml(
                "whitespace in the declaration",
                size -> "<?xml version='1.0'%s?>%s".formatted(" ".repeat(size), XML)),
            xml("nesting", size -> element("", "<a>".repeat(size / 7) + "</a>".repeat(size / 7))),
            xml(
                "elements and texts",
                size ->
                    element(
                        "", "x".repeat(500).concat("<language value='a'/>").repeat(size / 521))),
            xml(
                "narrative",
                size ->
                    element(
                        "",
                        "<text><div xmlns='http://www.w3.org/1999/xhtml'>%s</div></text>"
                            .formatted("<a href='#x'>a</a>".repeat(size / 18))))));
  }

  @BeforeAll
  static void compileTheHotCode() {
    for (int i = 0; i < 100; i++) {
      validate(JSON, EncodingEnum.JSON);
      validate(XML, EncodingEnum.XML);
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void workGrowsNoFasterThanTheBody(Kind kind) {
    validate(kind.body().apply(SMALLEST), kind.encoding());
    for (int size = SMALLEST; size < LARGEST; size *= 2) {
      String once = kind.body().apply(size);
      String twice = kind.body().apply(2 * size);
      assertThat(
              GrowthFixtures.ratio(
                  () -> validate(once, kind.encoding()), () -> validate(twice, kind.encoding())))
          .as("time for %d characters, as a multiple of that for half of them", twice.length())
          .isLessThan(GrowthFixtures.MOST);
    }
  }

  private static void validate(String body, EncodingEnum encoding) {
    ParsedBody parsed = POLICY.read(body, encoding);
    if (parsed.refusal().isEmpty()) {
      POLICY.validate(parsed);
    }
  }

  // --- JSON

  private static Kind json(String name, IntFunction<String> body) {
    return new Kind(name, EncodingEnum.JSON, body);
  }

  /** The sample with {@code repeated} at a place, as often as fits. */
  private static Kind text(String place, String prefix, String repeated) {
    return json(
        "%s of %s".formatted(place, repeated),
        size -> {
          String text = prefix + repeated.repeat(size / repeated.length());
          return switch (place) {
            case "display" -> member("category", "[{\"coding\": [{\"display\": \"%s\"}]}]", text);
            case "system" -> member("category", "[{\"coding\": [{\"system\": \"%s\"}]}]", text);
            case "reference" -> member("sourceReference", "{\"reference\": \"%s\"}", text);
            case "URL" -> member("modifierExtension", "[{\"url\": \"%s\"}]", text);
            case "profile" -> member("meta", "{\"profile\": [\"%s\"]}", text);
            case "patient" -> JSON.replaceFirst("(?<=Patient/)[0-9]{10}", text);
            default -> member(place, "\"%s\"", text);
          };
        });
  }

  /** Small entries: for a megabyte nearly as many as there may be, and not as long. */
  private static Kind small(String list, String entry) {
    return json(
        "%s of small entries %s".formatted(list, entry),
        size -> member(list, "%s", Collections.nCopies(size / 2400, entry).toString()));
  }

  private static Kind extension(String type, String repeated) {
    return json(
        "value%s of %s".formatted(type, repeated),
        size ->
            member(
                "modifierExtension",
                "[{\"url\": \"http://x\", \"value" + type + "\": \"%s\"}]",
                repeated.repeat(size / repeated.length())));
  }

  private static Kind narrative(String name, String repeated) {
    return json("narrative of " + name, size -> div("", repeated.repeat(size / repeated.length())));
  }

  private static String div(String attributes, String content) {
    return member(
        "text",
        "{\"status\": \"generated\", \"div\": \"%s\"}",
        "<div xmlns='http://www.w3.org/1999/xhtml' %s>%s</div>".formatted(attributes, content));
  }

  /** The sample with a member in place of its own of that name, before the others. */
  private static String member(String name, String form, Object... values) {
    try {
      ObjectNode others = (ObjectNode) new ObjectMapper().readTree(JSON);
      others.remove(name);
      return "{\"%s\": %s, %s"
          .formatted(name, form.formatted(values), others.toString().substring(1));
    } catch (JsonProcessingException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private static String members(int size, IntFunction<String> member) {
    return "{%s, %s".formatted(joined(size, ", ", member), JSON.substring(1));
  }

  private static String list(int size, IntFunction<String> entry) {
    return "[" + joined(size, ", ", entry) + "]";
  }

  /** Entries, each different, as many as {@code size} characters have room for. */
  private static String joined(int size, String separator, IntFunction<String> entry) {
    int length = entry.apply(0).length() + separator.length() + 2;
    return IntStream.rangeClosed(0, size / length)
        .mapToObj(entry)
        .collect(Collectors.joining(separator));
  }

  /** Names of equal length and hash, the {@code number}th of 65,536. */
  private static String ofEqualHash(int number) {
    return IntStream.range(0, 16)
        .mapToObj(bit -> (number >> bit & 1) == 0 ? "Aa" : "BB")
        .collect(Collectors.joining());
  }

  // --- XML

  private static Kind xml(String name, IntFunction<String> body) {
    return new Kind(name, EncodingEnum.XML, body);
  }

  /** The sample with more attributes of the root, and more content before the other. */
  private static String element(String attributes, String content) {
    int end = XML.indexOf('>');
    return "%s %s>%s%s"
        .formatted(XML.substring(0, end), attributes, content, XML.substring(end + 1));
  }

  private static String language(String value) {
    return element("", "<language value='%s'/>".formatted(value));
  }

  private static String sample() {
    try {
      return Files.readString(Path.of("../../examples/ndop-1.1.0/valid/sample-maximal.json"));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private static String inXml(String json) {
    return EditionFixtures.FHIR
        .newXmlParser()
        .encodeResourceToString(EditionFixtures.FHIR.newJsonParser().parseResource(json));
  }
}
