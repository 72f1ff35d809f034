package ndop.fhir.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PseudonymizerTest {

  private static final Pseudonymizer PSEUDONYMS = new Pseudonymizer(new byte[32]);

  @Test
  void replacesAnNhsNumberByTheSameHashEachTime() {
    String pseudonym = PSEUDONYMS.of("9990000018");
    assertThat(pseudonym).matches("nhs:[0-9a-f]{32}");
    assertThat(PSEUDONYMS.scrub("a/9990000018?x=999 000 0018,200000000205"))
        .isEqualTo("a/%1$s?x=%1$s,200000000205".formatted(pseudonym));
    byte[] other = new byte[32];
    other[0] = 1;
    assertThat(new Pseudonymizer(other).of("9990000018")).isNotEqualTo(pseudonym);
    assertThat(new Pseudonymizer(null).of("9990000018")).isEqualTo("9990000018");
  }

  @Test
  void leavesIdsWithTenDigitsAlone() {
    for (String id :
        List.of(
            "3a999000-0018-4de9-a830-c5e4634188d1",
            "0b7d1c2e-94ab-4347-8591-9990000018ab",
            "09A01679-2564-0FB4-5129-AE1234567890")) {
      assertThat(PSEUDONYMS.scrub(id)).isEqualTo(id);
      assertThat(PSEUDONYMS.scrub("Consent/" + id + "/_history/1"))
          .isEqualTo("Consent/" + id + "/_history/1");
    }
    assertThat(PSEUDONYMS.scrub("9990000018-1234-1234-1234-123412341234"))
        .doesNotContain("9990000018");
  }
}
