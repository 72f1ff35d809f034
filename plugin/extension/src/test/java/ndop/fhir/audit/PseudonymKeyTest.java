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
  void isCreatedOnceAndReadAfterwards() throws IOException {
    Path file = folder.resolve("trail.key");
    byte[] key = PseudonymKey.readOrCreate(file);
    assertThat(key).hasSize(32).isEqualTo(PseudonymKey.readOrCreate(file));
    Files.writeString(file, "short");
    assertThatThrownBy(() -> PseudonymKey.readOrCreate(file))
        .hasMessageContaining("expected a key");
  }
}
