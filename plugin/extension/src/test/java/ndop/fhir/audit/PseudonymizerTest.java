package ndop.fhir.audit;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PseudonymizerTest {

  private static final String NUMBER = "9990000018";
  private static final Pseudonymizer PSEUDONYMS = new Pseudonymizer(new byte[32]);

  @Test
  void replacesAnNhsNumberByTheSameHashEachTime() {
    String pseudonym = PSEUDONYMS.of(NUMBER);
    assertThat(pseudonym).matches("nhs:[0-9a-f]{32}");
    assertThat(PSEUDONYMS.scrub("a/9990000018?x=999 000 0018,20000000"))
        .isEqualTo("a/%1$s?x=%1$s,20000000".formatted(pseudonym));
    byte[] other = new byte[32];
    other[0] = 1;
    assertThat(new Pseudonymizer(other).of(NUMBER)).isNotEqualTo(pseudonym);
    assertThat(new Pseudonymizer(null).of(NUMBER)).isEqualTo(NUMBER);
    assertThat(new Pseudonymizer(null).scrub("x" + NUMBER)).isEqualTo("x" + NUMBER);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "9990000018",
        "x9990000018x",
        "999 000 0018",
        "999-000-0018",
        "999.000.0018",
        "999/000/0018",
        "999_000_0018",
        "999  000 - 0018",
        "9 9 9 0 0 0 0 0 1 8",
        "9-9-9-0-0-0-0-0-1-8",
        "99 90 00 00 18",
        "999\u00a0000\u20130018",
        "999\t000\n0018",
        "999:000:0018",
        "999,000,0018",
        "999|000(0018)",
        "999     000     0018",
        "999\u2060000\ufeff0018",
        "999%3A000%253a0018",
        "&#57;&#57;&#57;0000018",
        "\\u003999-000-0018",
        "999%20000%200018",
        "999%2D000%2d0018",
        "999%2520000%25200018",
        "%39990000018",
        "%39%39%39%30%30%30%30%30%31%38",
        "%2539%2539%2539%2530%2530%2530%2530%2530%2531%2538",
        "\uff19\uff19\uff19\uff10\uff10\uff10\uff10\uff10\uff11\uff18",
        "\u0669\u0669\u0669\u0660\u0660\u0660\u0660\u0660\u0661\u0668"
      })
  void aNumberHasOnePseudonymHoweverItIsWritten(String written) {
    assertThat(PSEUDONYMS.scrub(written)).contains(PSEUDONYMS.of(NUMBER)).doesNotContain("00");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "19990000018",
        "99900000181",
        "999900000189",
        "200000000205",
        "0000000000009990000018000000000",
        "1 9990000018",
        "9990000018 1",
        "1-999-000-0018-1",
        "999000001%38",
      })
  void aLongerNumberIsHashedWhole(String written) {
    assertThat(PSEUDONYMS.scrub(written)).matches("nhs:[0-9a-f]{32}( 1)?|1 nhs:[0-9a-f]{32}");
  }

  @Test
  void shorterNumbersAreLeft() {
    for (String text :
        List.of(
            "999000001",
            "2026-11-26T19:07:44.123Z",
            "ge2026-11-26T19:07:44.123+01:00",
            "12:34:56",
            "a1b2c3d4e5f6a7b8c9d0e1")) {
      assertThat(PSEUDONYMS.scrub(text)).isEqualTo(text);
    }
  }

  @Test
  void leavesIdsWithTenDigitsAlone() {
    for (String id :
        List.of(
            "3a999000-0018-4de9-a830-c5e4634188d1",
            "0b7d1c2e-94ab-4347-8591-9990000019ab",
            "12345678-1234-4234-8234-123412341234",
            "09A01679-2564-0FB4-5129-AE1234567890")) {
      assertThat(PSEUDONYMS.scrub(id)).isEqualTo(id);
      assertThat(PSEUDONYMS.scrub("Consent/" + id + "/_history/1"))
          .isEqualTo("Consent/" + id + "/_history/1");
    }
    assertThat(PSEUDONYMS.scrub("9990000018-1234-1234-1234-123412341234"))
        .doesNotContain("9990000018");
  }

  @Test
  void anNhsNumberIsFoundInAnId() {
    for (String node : List.of("9990000018ab", "a9990000018b", "009990000018", "999000001812")) {
      assertThat(PSEUDONYMS.scrub("0b7d1c2e-94ab-4347-8591-" + node)).doesNotContain(NUMBER);
    }
  }

  @Test
  void nearlyAllRandomIdsAreLeft() {
    Random random = new Random(7);
    long changed =
        Stream.generate(() -> new UUID(random.nextLong(), random.nextLong()).toString())
            .limit(20_000)
            .filter(id -> !PSEUDONYMS.scrub(id).equals(id))
            .count();
    assertThat(changed).isBetween(1L, 150L);
  }

  @Test
  void numbersOfSystemsAndStaffAreLeftUnlessTheyHideAnNhsNumber() {
    String system = "https://fhir.nhs.uk/Id/accredited-system|200000000205";
    assertThat(PSEUDONYMS.scrubIdentity(system)).isEqualTo(system);
    String user = "https://fhir.nhs.uk/Id/sds-role-profile-id|4387293874929";
    assertThat(PSEUDONYMS.scrubIdentity(user)).isEqualTo(user);
    for (String disguised :
        List.of("999000001899", "009990000018", "199900000181", NUMBER, "19990000018")) {
      assertThat(PSEUDONYMS.scrubIdentity(disguised)).matches("nhs:[0-9a-f]{32}");
    }
  }

  @Test
  void takesLinearTime() {
    for (String unit :
        List.of(
            "1", "1 ", "1    ", "%", "%25", "%2", "%3", "%2520", "1-", "-", "12345678-", "1a")) {
      String text = unit.repeat(2_000_000 / unit.length());
      assertTimeoutPreemptively(ofSeconds(20), () -> PSEUDONYMS.scrub(text), unit);
    }
  }
}
