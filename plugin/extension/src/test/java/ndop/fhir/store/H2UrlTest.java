package ndop.fhir.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class H2UrlTest {

  /** H2 itself says where the file is. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:h2:file:%s/consents",
        "jdbc:h2:%s/consents;WRITE_DELAY=0",
        "jdbc:h2:file:%s/a.b;MODE=PostgreSQL",
        "jdbc:h2:async:%s/consents",
        "jdbc:h2:retry:%s/consents"
      })
  void theFileIsWhereH2MakesIt(String url, @TempDir Path folder) throws SQLException {
    Path file = H2Url.file(url.formatted(folder)).orElseThrow();
    assertThat(file).doesNotExist();
    DriverManager.getConnection(url.formatted(folder)).close();
    assertThat(file).isRegularFile();
    assertThat(H2Url.isOnDisk(url)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "jdbc:h2:file:./data/consents;MODE=x, ./data/consents.mv.db",
    "jdbc:h2:C:/data/consents, C:/data/consents.mv.db",
    "jdbc:h2:file:~consents, ~consents.mv.db"
  })
  void thePathIsThatOfTheUrl(String url, Path expected) {
    assertThat(H2Url.file(url)).contains(expected);
  }

  @Test
  void theHomeFolderIsTakenAsItIsWritten() {
    String before = System.getProperty("user.home");
    System.setProperty("user.home", "C:\\Users\\$1");
    try {
      assertThat(H2Url.file("jdbc:h2:~/consents"))
          .contains(Path.of("C:\\Users\\$1/consents.mv.db"));
    } finally {
      System.setProperty("user.home", before);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "jdbc:h2:",
        "jdbc:h2:mem:consents",
        "jdbc:h2:memFS:consents",
        "jdbc:h2:nioMemFS:consents",
        "jdbc:h2:tcp://localhost/consents",
        "jdbc:h2:ssl://localhost/~/consents",
        "jdbc:h2:file:/a\0b",
        "jdbc:h2:split:30:/data/consents",
        "jdbc:postgresql://h2/consents"
      })
  void thereIsNoFile(String url) {
    assertThat(H2Url.file(url)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "jdbc:h2:split:30:/data/consents, true",
    "jdbc:h2:mem:, false",
    "jdbc:h2:memLZ:consents, false",
    "jdbc:h2:tcp://localhost/consents, false",
    "jdbc:postgresql:consents, false"
  })
  void isOnDiskIfThisProcessOpensFiles(String url, boolean expected) {
    assertThat(H2Url.isOnDisk(url)).isEqualTo(expected);
  }
}
