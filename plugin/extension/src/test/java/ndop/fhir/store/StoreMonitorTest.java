package ndop.fhir.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Over a real database that closes itself as H2 does when it cannot write. */
class StoreMonitorTest {

  @TempDir private Path folder;
  private HikariDataSource pool;
  private StoreMonitor monitor;

  @BeforeEach
  void open() throws SQLException {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl("jdbc:h2:file:" + folder + "/consents");
    config.setMaximumPoolSize(3);
    config.setConnectionTimeout(1000);
    config.setValidationTimeout(500);
    pool = new HikariDataSource(config);
    execute("CREATE TABLE kept (id INT)");
    monitor = new StoreMonitor(new Database(pool, config.getJdbcUrl()));
  }

  @AfterEach
  void close() {
    monitor.close();
    pool.close();
  }

  @Test
  void theDatabaseIsOpenedAnewAfterItClosedItself() throws Exception {
    execute("INSERT INTO kept VALUES 1");
    execute("CHECKPOINT SYNC");
    monitor.start();
    answers("SHUTDOWN IMMEDIATELY");

    monitor.report(StoreFailure.LOST);

    await(() -> answers("INSERT INTO kept VALUES 2"));
    await(monitor::isAvailable);
    try (Connection connection = pool.getConnection();
        var rows = connection.createStatement().executeQuery("SELECT COUNT(*) FROM kept")) {
      rows.next();
      assertThat(rows.getInt(1)).isEqualTo(2);
    }
  }

  @Test
  void aDatabaseThatIsGoneIsNoticedWithoutARequest() throws Exception {
    monitor.start();
    assertThat(monitor.isAvailable()).isTrue();

    pool.close();

    await(() -> !monitor.isAvailable());
  }

  private boolean answers(String sql) {
    try {
      execute(sql);
      return true;
    } catch (SQLException failure) {
      return false;
    }
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("time is up").isLessThan(end);
      Thread.sleep(50);
    }
  }
}
