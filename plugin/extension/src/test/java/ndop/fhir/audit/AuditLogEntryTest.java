package ndop.fhir.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import ndop.fhir.policy.Caller;
import org.junit.jupiter.api.Test;

class AuditLogEntryTest {

  private static final Pseudonymizer PSEUDONYMS = new Pseudonymizer(new byte[32]);

  @Test
  void shortensTextWithoutLeavingPartOfANumber() {
    String line =
        new AuditLogEntry(PSEUDONYMS, Instant.EPOCH, "answered")
            .untrusted("path", "x".repeat(190) + " 9990000018")
            .toString();
    assertThat(line).doesNotContain("999000");
  }

  @Test
  void noTextOfACallerHoldsANumber() {
    Optional<String> hidden = Optional.of("x|19990000018");
    String line =
        new AuditLogEntry(PSEUDONYMS, Instant.EPOCH, "answered")
            .untrusted("parameters", "patient=19990000018&x=999.000.0018")
            .caller(new Caller(hidden, hidden, hidden, hidden, hidden, hidden, hidden, hidden))
            .toString();
    assertThat(line).doesNotContain("9990000018", "999.000").doesNotContain("boundTo");
    String asid = "https://fhir.nhs.uk/Id/accredited-system|200000000205";
    Optional<String> none = Optional.empty();
    assertThat(
            new AuditLogEntry(PSEUDONYMS, Instant.EPOCH, "answered")
                .caller(
                    new Caller(
                        none,
                        Optional.of("200000000205"),
                        none,
                        Optional.of(asid),
                        Optional.of(asid),
                        none,
                        none,
                        none))
                .toString())
        .contains("\"from\":\"200000000205\"", "\"subject\":\"" + asid)
        .contains("\"system\":\"" + asid);
  }

  @Test
  void isOneLineWhateverAClientSends() {
    String line =
        new AuditLogEntry(PSEUDONYMS, Instant.EPOCH, "answered")
            .untrusted("path", "a\n{\"event\":\"forged\"}\r\u2028 9990000018")
            .untrusted("user", "x".repeat(5000))
            .untrusted("trace", "09a01679-2564-0fb4-5129-ae1234567890")
            .patients(List.of("9990000018", "9990000018"))
            .toString();
    assertThat(line).doesNotContain("\n", "\r", "9990000018").hasSizeLessThan(600);
    assertThat(line).contains("09a01679-2564-0fb4-5129-ae1234567890", "1970-01-01T00:00:00Z");
  }
}
