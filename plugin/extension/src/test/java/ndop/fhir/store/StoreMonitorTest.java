package ndop.fhir.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.datasource.AbstractDataSource;

/** Over a real database that closes itself as H2 does when it cannot write. */
class StoreMonitorTest {

  @TempDir private Path folder;
  private HikariDataSource pool;
  private Database database;
  private StoreMonitor monitor;

  @BeforeEach
  void open() throws SQLException {
    pool = H2Pools.open(folder, 3);
    execute("CREATE TABLE kept (id INT)");
    database = new Database(pool, pool.getJdbcUrl(), true);
    monitor = new StoreMonitor(database);
  }

  @AfterEach
  void close() {
    monitor.close();
    database.close();
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
    H2Pools.breakDatabase(pool, folder);
    assertThat(monitor.isAvailable()).isTrue();

    monitor.start();

    await(() -> !monitor.isAvailable());
  }

  @Test
  void aDatabaseOfWhichRequestsHaveEveryConnectionIsAvailable() throws Exception {
    List<Connection> busy = new ArrayList<>();
    for (int count = 0; count < pool.getMaximumPoolSize(); count++) {
      busy.add(pool.getConnection());
    }
    monitor.start();
    assertThat(answers("SELECT 1")).isFalse();

    monitor.report(StoreFailure.REFUSED);

    for (int count = 0; count < 20; count++) {
      assertThat(monitor.isAvailable()).isTrue();
      Thread.sleep(100);
    }
    database.force();
    for (Connection connection : busy) {
      connection.close();
    }
  }

  @Test
  void anErrorDoesNotEndTheWatch() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    AtomicBoolean failing = new AtomicBoolean(true);
    DataSource source =
        new AbstractDataSource() {
          @Override
          public Connection getConnection() throws SQLException {
            asked.incrementAndGet();
            if (failing.get()) {
              throw new OutOfMemoryError("for the test");
            }
            return pool.getConnection();
          }

          @Override
          public Connection getConnection(String user, String password) throws SQLException {
            return getConnection();
          }
        };
    try (StoreMonitor watching = new StoreMonitor(new Database(source, "", true))) {
      watching.start();
      await(() -> asked.get() >= 2);
      assertThat(watching.isAvailable()).isFalse();
      failing.set(false);
      await(watching::isAvailable);
    }
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
