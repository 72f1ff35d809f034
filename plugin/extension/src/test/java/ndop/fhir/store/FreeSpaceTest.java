package ndop.fhir.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FreeSpaceTest {

  @TempDir private Path folder;

  @Test
  void everyFileNeedsTheReserve() {
    Path file = folder.resolve("data/not/yet/consents.mv.db");

    assertThat(new FreeSpace(List.of(file), 1).isSufficient()).isTrue();
    assertThat(new FreeSpace(List.of(file), Long.MAX_VALUE).isSufficient()).isFalse();
  }

  @Test
  void noReserveAndNoFileAreNeverShort() {
    Path file = folder.resolve("x");

    assertThat(new FreeSpace(List.of(file), 0).isSufficient()).isTrue();
    assertThat(new FreeSpace(List.of(), Long.MAX_VALUE).isSufficient()).isTrue();
    assertThat(new FreeSpace(List.of(folder), Long.MAX_VALUE).isSufficient()).isTrue();
  }
}
