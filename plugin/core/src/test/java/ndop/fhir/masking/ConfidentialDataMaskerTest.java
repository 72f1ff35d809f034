package ndop.fhir.masking;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfidentialDataMaskerTest {

  private final ConfidentialDataMasker masker = new ConfidentialDataMasker();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "9990000018",
        "999 000 0018",
        "999-000-0018",
        "999.000.0018",
        "999+000+0018",
        "999%20000%200018",
        "999 - 000 - 0018",
        "999\u00a0000\u00a00018",
        "999\u2013000\u20130018",
        "9-9-9-0-0-0-0-0-1-8",
        "9 9 9 0 0 0 0 0 1 8",
        "9.9.9.0.0.0.0.0.1.8",
        "9990 000 018",
        "999 0000 018",
        "99 90 00 00 18",
        "99900 00018",
        "9 990000018",
        "9-990000018",
        "999:000:0018",
        "9990:000_018",
        "999 : 000 : 0018",
        "999%2B000%2B0018",
        "999%3A000%3a0018",
        "9990%2F000%5F018",
        "9990%2E000%252e018",
        "9990%20%20000%20018",
        "%39990-000:0%31%38",
        "&#57;99&#x30;-000-018",
        "\\u00399-90-00-00-18",
        "\uff19\uff19-9-0-0-0-0-0-1-8",
        "999,000,0018",
        "999|000|0018",
        "999)(000)(0018",
        "999;000;0018",
        "999     000     0018",
        "999\u2060000\ufeff0018",
        "999\u200c000\u00b70018",
        "999\n000\r\n0018",
        "999%2C000%2c0018",
        "999%0A000%E2%81%A00018",
        "999\\n000\\u20600018",
        "999&comma;000&#44;0018",
        "999 0000018",
        "999000 0018",
        "%39%39%39%30%30%30%30%30%31%38",
        "%2539%2539%2539%2530%2530%2530%2530%2530%2531%2538",
        "99%390000018",
        "&#57;&#57;&#57;0000018",
        "&#x39;&#x39;&#x39;0000018",
        "\\u0039\\u0039\\u00390000018",
        "\uff19\uff19\uff19\uff10\uff10\uff10\uff10\uff10\uff11\uff18",
        "\u0669\u0669\u0669\u0660\u0660\u0660\u0660\u0660\u0661\u0668",
        "\ud835\udfd7\ud835\udfd7\ud835\udfd7\ud835\udfce\ud835\udfce\ud835\udfce\ud835\udfce"
            + "\ud835\udfce\ud835\udfcf\ud835\udfd6",
        "99900000189",
        "99900000018",
        "999000001",
        "1732647924123",
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.",
        "Bearer c29tZXRoaW5nc2VjcmV0",
        "Basic bmRvcDpzZWNyZXQ="
      })
  void anIdentifierIsMaskedWhereverItStands(String identifier) {
    String masked = ConfidentialDataMasker.MASK;
    assertThat(masker.maskIdentifiers(identifier)).isEqualTo(masked);
    assertThat(masker.maskIdentifiers("GET /fhir/Consent?patient=" + identifier + "&_count=10"))
        .isEqualTo(
            identifier.startsWith("B") || identifier.startsWith("eyJ")
                ? masker.maskIdentifiers("GET /fhir/Consent?patient=" + identifier + "&_count=10")
                : "GET /fhir/Consent?patient=" + masked + "&_count=10");
    assertThat(masker.mask("No static resource a/Patient/" + identifier + " found"))
        .isEqualTo("No static resource a/Patient/" + masked + " found");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Started FhirServer in 12.345 seconds (process running for 13.12)",
        "2026-11-26 19:05:24.123 10.20.30.40 192.168.100.200:8080",
        "Request 3f2504e0-4f89-41d3-9a0c-030512345678 failed",
        "2026-11-26T19:05:24+01:00 and 2026-11-26T19:05:24.123456Z",
        "2026-11-26 19, 2026/11/26 19:05, 26.11.2026 19:05 and 26/11/2026 19:05:24,123 +0100",
        "[26/Nov/2026:19:05:24 +0000] 127.0.0.1:8080 192.168.10.20. 192.168.10.28 10.10.10.140:81",
        "HAPI-0389: HAPI-1094 12 34, HAPI-2223/0508",
        "HAPI 8.8.0, Java 17.0.16+8-1, PostgreSQL 15.14-0+deb12u1, Tomcat 10.1.48",
        "12 3f2504e0-4f89-41d3-9a0c-030512345678 34",
        "ip-10-20-130-140:8080",
        "9990 000 019 has no check digit",
        "jdbc[3]: ERROR 0A000 at line 1234, column 12345678",
        "a {} placeholder, {0}, ${name}, Map<String, List<String>> and <init>",
        "Consent.status: The status is active or inactive.",
        "it's the caller's own",
        "Update your application's configuration. The values are valid: off, required. That's all"
      })
  void whatCannotBeConfidentialStays(String text) {
    assertThat(masker.mask(text)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "9990 000 018 and 9990-000-018",
        "10:00:00 9990 000 018",
        "2026-11-26 19:05:24.123 9-9-9-0-0-0-0-0-1-8",
        "line 3: 9990 000 018: 12",
        "12 999 000 0019",
        "10.20.30.40:8080 9990 000 018",
        "9990 000 018 3f2504e0-4f89-41d3-9a0c-030512345678",
        "9990 000 018 9990 000 018"
      })
  void groupsAreFoundAmongOtherNumbers(String text) {
    assertThat(masker.maskIdentifiers(text))
        .contains(ConfidentialDataMasker.MASK)
        .isEqualTo(text.replaceAll("9990[ -]000[ -]018|9-9-9-0-0-0-0-0-1-8|999 000 0019", "…"));
  }

  @Test
  void codesOfTheEditionStay() {
    ConfidentialDataMasker keeping = new ConfidentialDataMasker(List.of("370856009"));

    assertThat(keeping.maskIdentifiers("expected 370856009, found 370856008 and 3708560090"))
        .isEqualTo("expected 370856009, found … and …");
  }

  @Test
  void aLongTextEndsAfterALetter() {
    assertThat(ConfidentialDataMasker.beginning("abc", 3)).isEqualTo("abc");
    assertThat(ConfidentialDataMasker.beginning("ab 999 000 0018", 12)).isEqualTo("ab…");
    assertThat(ConfidentialDataMasker.beginning("999 000 0018", 10)).isEqualTo("…");
  }

  @Test
  void nullStaysNull() {
    assertThat(masker.mask(null)).isNull();
    assertThat(masker.maskIdentifiers(null)).isNull();
  }

  static Stream<List<String>> bodies() {
    return Stream.of(
        List.of(
            "Batch entry 0 insert into HFJ_RES_VER (RES_ID,RES_TEXT_VC) values (('2'::int8), "
                + "('{\"resourceType\":\"Consent\",\"x\":{\"display\":\"O''Smith\"}}')) was aborted: "
                + "connection closed  Call getNextException",
            "Batch entry 0 insert into HFJ_RES_VER (RES_ID,RES_TEXT_VC) values (('…'::int8), "
                + "('…')) was aborted: connection closed  Call getNextException"),
        List.of(
            "VALUES ( /* 1 */ 'Consent?patient=Smith' )\"; SQL statement",
            "VALUES ( /* 1 */ '…' )\"; SQL statement"),
        List.of(
            "update HFJ_RESOURCE r1_0 set FHIR_ID='Smith' where RES_ID=1",
            "update HFJ_RESOURCE r1_0 set FHIR_ID='…' where RES_ID=1"),
        List.of("got { \n\"a\": \"Smith\", \"b\": [{\"c\": 1}] } from", "got {…} from"),
        List.of("got {\\\"a\\\": \\\"Smith\\\"} from", "got {…} from"),
        List.of("got {\"a\": {\"b\": 1}, \"c\": \"Smith", "got {…}"),
        List.of("got {\"a\": \"Smith", "got {…}"),
        List.of(
            "got <Consent xmlns=\"http://hl7.org/fhir\"><div>Smith</div></Consent> from",
            "got <…> from"),
        List.of(
            "got <?xml version='1.0'?><Consent><div>Smith</div></Consent> from", "got <…> from"),
        List.of("got <a b='1'><div>Smith</div><i>x", "got <…>x"),
        List.of("got <a b='1'><div>Smith</div><i", "got <…>"),
        List.of(
            "ERROR: new row violates \"c\"\n  Detail: Failing row contains (1, Smith, null).\n  x",
            "ERROR: new row violates \"c\"\n  Detail: Failing row contains (…)\n  x"),
        List.of("Detail: Key (sp_value)=(Smith) already exists.", "Detail: Key (sp_value)= (…)"));
  }

  @ParameterizedTest
  @MethodSource("bodies")
  void bodiesAndRowsAreMaskedAsAWhole(List<String> textAndMasked) {
    assertThat(masker.mask(textAndMasked.get(0))).isEqualTo(textAndMasked.get(1));
  }

  static Stream<String> pieces() {
    return Stream.of(
        "1",
        "999 000 ",
        "999",
        "12345678 ",
        "1 ",
        "9-9-",
        "1:",
        "%31%20",
        "%2525",
        "1,",
        "1,;,;,;,;",
        "update ",
        "update x set ",
        "2026-11-26 ",
        "19:05:24 ",
        "10.20.30.40 ",
        "%25",
        "%3",
        "%39",
        "&#0",
        "&#00057;",
        "\\",
        "\\u003",
        "{",
        "{ ",
        "{\"",
        "}",
        "<",
        "<a ",
        "<a =",
        "<?xml",
        "=",
        "\"",
        "'",
        "values (",
        "'a",
        "(",
        "Key (",
        "eyJ",
        "bearer ",
        "-",
        "a-",
        "3f2504e0-4f89-41d3-9a0c-",
        "\u00a0",
        "\ud835\udfd7",
        "x");
  }

  /** Four times the text takes at most nine times the processor's time, whatever the text. */
  @ParameterizedTest
  @MethodSource("pieces")
  void timeGrowsWithTheLength(String piece) {
    String text = piece.repeat(400_000 / piece.length());
    String quarter = text.substring(0, text.length() / 4);
    masker.mask(quarter);

    // Times below a hundredth of a second say nothing.
    long least = Duration.ofMillis(10).toNanos();
    assertThat(shortest(text)).isLessThan(9 * Math.max(shortest(quarter), least));
  }

  private long shortest(String text) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long shortest = Long.MAX_VALUE;
    for (int turn = 0; turn < 3; turn++) {
      long begun = threads.getCurrentThreadCpuTime();
      masker.mask(text);
      shortest = Math.min(shortest, threads.getCurrentThreadCpuTime() - begun);
    }
    return shortest;
  }

  @Test
  void noNumberSurvivesInAnySurroundings() {
    Random random = new Random(13);
    String alphabet = " -.,:;/%&?=+\"'{}<>()[]_abcXYZ\n\t\u00a0é";
    for (int turn = 0; turn < 20_000; turn++) {
      StringBuilder text = new StringBuilder();
      for (int at = 0; at < 24; at++) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      text.insert(random.nextInt(text.length()), "9990000018");
      assertThat(masker.mask(text.toString())).doesNotContain("9990000018");
      assertThat(masker.maskIdentifiers(text.toString())).doesNotContain("9990000018");
    }
  }
}
