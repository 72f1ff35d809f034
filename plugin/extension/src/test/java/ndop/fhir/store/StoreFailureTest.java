package ndop.fhir.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import ca.uhn.fhir.rest.server.exceptions.InternalErrorException;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import jakarta.persistence.PersistenceException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.util.stream.Stream;
import org.hibernate.TransactionException;
import org.hibernate.exception.JDBCConnectionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.orm.jpa.JpaSystemException;
import org.springframework.transaction.CannotCreateTransactionException;

class StoreFailureTest {

  private static final SQLException BROKEN = new SQLException("I/O error", "08006");

  static Stream<Arguments> failures() {
    SQLException chained = new SQLException("x");
    chained.setNextException(BROKEN);
    return Stream.of(
        Arguments.of(new CannotCreateTransactionException("x", BROKEN), StoreFailure.REFUSED),
        Arguments.of(
            new InternalErrorException(new CannotCreateTransactionException("x", BROKEN)),
            StoreFailure.REFUSED),
        Arguments.of(
            new SQLTransientConnectionException("x", "08001", BROKEN), StoreFailure.REFUSED),
        Arguments.of(new SQLTimeoutException("x"), StoreFailure.REFUSED),
        Arguments.of(
            new PersistenceException(new SQLException("x", "57014")), StoreFailure.REFUSED),
        Arguments.of(
            new JpaSystemException(new TransactionException("x", BROKEN)), StoreFailure.LOST),
        Arguments.of(
            new JpaSystemException(new TransactionException("x", new SQLException("closed"))),
            StoreFailure.LOST),
        Arguments.of(new JDBCConnectionException("x", BROKEN), StoreFailure.LOST),
        Arguments.of(new DataAccessResourceFailureException("x"), StoreFailure.LOST),
        Arguments.of(new BatchUpdateException("x", null, 0, new int[0], BROKEN), StoreFailure.LOST),
        Arguments.of(new InternalErrorException(chained), StoreFailure.LOST));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void theCauseDecides(Throwable thrown, StoreFailure expected) {
    assertThat(StoreFailure.of(thrown)).contains(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"08001", "08004", "25006", "53100", "53300", "57P03", "58030"})
  void theDatabaseRefused(String state) {
    assertThat(StoreFailure.of(new SQLException("x", state))).contains(StoreFailure.REFUSED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"08000", "08003", "08006", "08007", "08S01", "57P01", "57P02"})
  void theConnectionWasLost(String state) {
    assertThat(StoreFailure.of(new SQLException("x", state))).contains(StoreFailure.LOST);
  }

  @ParameterizedTest
  @ValueSource(strings = {"23505", "40001", "42P01", "22001", "HY000"})
  void aMistakeIsNoFailureOfTheStore(String state) {
    assertThat(StoreFailure.of(new SQLException("x", state))).isEmpty();
    assertThat(StoreFailure.of(new IllegalStateException("08006"))).isEmpty();
  }

  @Test
  void causesThatGoRoundAreReadOnce() {
    RuntimeException one = new RuntimeException("x");
    one.initCause(new RuntimeException("y", one));

    assertThat(StoreFailure.of(one)).isEmpty();
  }

  @Test
  void h2AfterItsDatabaseWasClosed(@TempDir Path folder) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:h2:file:" + folder + "/x");
        Statement statement = connection.createStatement()) {
      statement.execute("SHUTDOWN IMMEDIATELY");

      Throwable thrown = catchThrowable(() -> statement.execute("SELECT 1"));

      assertThat(StoreFailure.of(thrown)).contains(StoreFailure.LOST);
    }
  }

  @Test
  void aPoolOverADatabaseThatIsNotThere() throws IOException {
    HikariConfig config = new HikariConfig();
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      config.setJdbcUrl("jdbc:h2:tcp://127.0.0.1:" + free.getLocalPort() + "/x");
    }
    config.setConnectionTimeout(250);
    config.setInitializationFailTimeout(-1);
    try (HikariDataSource pool = new HikariDataSource(config)) {
      Throwable thrown = catchThrowable(pool::getConnection);

      assertThat(StoreFailure.of(thrown)).contains(StoreFailure.REFUSED);
    }
  }
}
