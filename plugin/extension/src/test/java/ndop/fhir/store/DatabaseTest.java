package ndop.fhir.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseTest {

  @ParameterizedTest
  @CsvSource({
    "jdbc:h2:file:/data/consents, /data/consents.mv.db",
    "jdbc:h2:/data/consents;WRITE_DELAY=0, /data/consents.mv.db",
    "jdbc:h2:file:./data/consents;MODE=x, ./data/consents.mv.db"
  })
  void theFileOfH2(String url, Path expected) {
    assertThat(new Database(null, url, true).file()).contains(expected);
  }

  @Test
  void aFileInTheHomeFolder() {
    assertThat(new Database(null, "jdbc:h2:~/consents", true).file())
        .contains(Path.of(System.getProperty("user.home"), "consents.mv.db"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"jdbc:h2:mem:x", "jdbc:postgresql://h2/x", "jdbc:h2:tcp://host/x", ""})
  void noFile(String url) {
    assertThat(new Database(null, url, true).file()).isEmpty();
  }
}
