package ndop.fhir.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PseudonymKeyTest {

  @TempDir private Path folder;

  @Test
  void isMadeOnceAndReadAfterwards() throws IOException {
    Path file = folder.resolve("trail.key");
    byte[] key = PseudonymKey.readOrMake(file);
    assertThat(key).hasSize(32).isEqualTo(PseudonymKey.readOrMake(file));
    Files.writeString(file, "short");
    assertThatThrownBy(() -> PseudonymKey.readOrMake(file)).hasMessageContaining("expected a key");
  }
}
