package ndop.fhir.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrailTest {

  private static final Pseudonymizer PSEUDONYMS = new Pseudonymizer(new byte[32]);

  @TempDir private Path folder;

  @Test
  void rotatesAndKeepsSoMany() throws IOException {
    Path file = folder.resolve("deep/audit.jsonl");
    try (AuditLogFile trail = new AuditLogFile(file, 30, 2)) {
      for (int line = 1; line <= 10; line++) {
        trail.append("line %02d …".formatted(line), line % 2 == 0);
      }
    }
    assertThat(Files.readString(file)).isEqualTo("line 09 …\nline 10 …\n");
    assertThat(Files.readAllLines(folder.resolve("deep/audit.jsonl.1")))
        .containsExactly("line 07 …", "line 08 …");
    assertThat(folder.resolve("deep/audit.jsonl.2")).exists();
    assertThat(folder.resolve("deep/audit.jsonl.3")).doesNotExist();
  }

  @Test
  void addsToWhatIsThere() throws IOException {
    Path file = folder.resolve("audit.jsonl");
    for (int start = 1; start <= 2; start++) {
      try (AuditLogFile trail = new AuditLogFile(file, 1000, 2)) {
        trail.append("start " + start, true);
      }
    }
    assertThat(Files.readAllLines(file)).containsExactly("start 1", "start 2");
  }

  @Test
  void refusesAFileThatAnotherServerWrites() throws IOException {
    Path file = folder.resolve("audit.jsonl");
    try (AuditLogFile trail = new AuditLogFile(file, 1000, 2)) {
      assertThatThrownBy(() -> new AuditLogFile(file, 1000, 2))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("another server");
      trail.append("still there", true);
    }
    assertThat(Files.readString(file)).isEqualTo("still there\n");
  }

  @Test
  void makesAKeyOnceAndReadsItAgain() throws IOException {
    Path file = folder.resolve("trail.key");
    byte[] key = PseudonymKey.readOrMake(file);
    assertThat(key).hasSize(32).isEqualTo(PseudonymKey.readOrMake(file));
    Files.writeString(file, "short");
    assertThatThrownBy(() -> PseudonymKey.readOrMake(file)).hasMessageContaining("expected a key");
  }

  @Test
  void replacesEveryNhsNumberTheSameWayByKey() {
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
  void leavesIdsThatHaveTenDigitsInThem() {
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

  @Test
  void cutsALineWithoutLeavingAPartOfANumber() {
    String line =
        new AuditLogEntry(PSEUDONYMS, Instant.EPOCH, "answered")
            .said("path", "x".repeat(190) + " 9990000018")
            .toString();
    assertThat(line).doesNotContain("999000");
  }

  @Test
  void aLineIsOneLineWhateverAClientSays() {
    String line =
        new AuditLogEntry(PSEUDONYMS, Instant.EPOCH, "answered")
            .said("path", "a\n{\"event\":\"forged\"}\r\u2028 9990000018")
            .said("user", "x".repeat(5000))
            .said("trace", "09a01679-2564-0fb4-5129-ae1234567890")
            .patients(List.of("9990000018", "9990000018"))
            .toString();
    assertThat(line).doesNotContain("\n", "\r", "9990000018").hasSizeLessThan(600);
    assertThat(line).contains("09a01679-2564-0fb4-5129-ae1234567890", "1970-01-01T00:00:00Z");
  }
}
