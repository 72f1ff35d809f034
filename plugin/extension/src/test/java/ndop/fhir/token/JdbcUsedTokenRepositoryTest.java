package ndop.fhir.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import ndop.fhir.policy.UsedTokenRepository;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** On H2 in a file; the tests of the server run it on PostgreSQL. */
class JdbcUsedTokenRepositoryTest {

  @TempDir private Path folder;
  private JdbcConnectionPool pool;
  private long now = 1_800_000_000L;

  private final Clock clock =
      new Clock() {
        @Override
        public ZoneId getZone() {
          return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
          return this;
        }

        @Override
        public Instant instant() {
          return Instant.ofEpochSecond(now);
        }
      };

  @BeforeEach
  void open() {
    pool = JdbcConnectionPool.create("jdbc:h2:file:" + folder.resolve("used"), "", "");
  }

  @AfterEach
  void close() {
    pool.dispose();
  }

  private JdbcUsedTokenRepository repository(DataSource database, long capacity) {
    JdbcUsedTokenRepository repository =
        new JdbcUsedTokenRepository(database, capacity, Duration.ofSeconds(40), clock);
    repository.createTable();
    return repository;
  }

  private long rows() {
    return new JdbcTemplate(pool)
        .queryForObject("SELECT COUNT(*) FROM NDOP_USED_TOKEN", Long.class);
  }

  @Test
  void aTokenStaysUsedForEveryServerAndAfterARestart() throws Exception {
    JdbcUsedTokenRepository one = repository(pool, 100);
    assertThat(one.add("a", now + 420)).isTrue();
    assertThat(one.add("a", now + 420)).isFalse();
    assertThat(one.add("A", now + 420)).isTrue();
    assertThat(repository(pool, 100).add("a", now + 420)).isFalse();
    pool.dispose();
    open();
    assertThat(repository(pool, 100).add("a", now + 420)).isFalse();
  }

  @Test
  void oneOfManyAtOnceIsFirst() throws Exception {
    List<JdbcUsedTokenRepository> servers = List.of(repository(pool, 999), repository(pool, 999));
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      for (int token = 0; token < 20; token++) {
        String digest = "token " + token;
        List<Callable<Boolean>> uses = new ArrayList<>();
        for (int use = 0; use < 8; use++) {
          JdbcUsedTokenRepository server = servers.get(use % 2);
          uses.add(() -> server.add(digest, now + 420));
        }
        int first = 0;
        for (Future<Boolean> use : threads.invokeAll(uses)) {
          first += use.get() ? 1 : 0;
        }
        assertThat(first).isEqualTo(1);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void forgetsWhatHasExpired() throws Exception {
    JdbcUsedTokenRepository repository = repository(pool, 100);
    for (int token = 0; token < 10; token++) {
      repository.add("token " + token, now + 420);
    }
    now += 420;
    assertThat(repository.add("token 1", now + 420)).isFalse();
    now += 41;
    assertThat(repository.add("another", now + 420)).isTrue();
    assertThat(rows()).isEqualTo(1);
    assertThat(repository.add("token 1", now + 420)).isTrue();
  }

  @Test
  void takesNoMoreThanItCanHoldAndGoesOnWhenThereIsRoom() throws Exception {
    JdbcUsedTokenRepository repository = repository(pool, 3);
    for (int token = 0; token < 3; token++) {
      assertThat(repository.add("token " + token, now + 420)).isTrue();
    }
    for (int token = 3; token < 6; token++) {
      String digest = "token " + token;
      assertThatThrownBy(() -> repository.add(digest, now + 420))
          .isInstanceOf(UsedTokenRepository.FullException.class);
    }
    assertThat(rows()).isEqualTo(3);
    assertThatThrownBy(() -> repository(pool, 3).add("token 6", now + 420))
        .isInstanceOf(UsedTokenRepository.FullException.class);
    now += 421;
    assertThat(repository.add("token 3", now + 420)).isTrue();
  }

  @Test
  void aTokenThatIsNotAddedTakesNoRoom() throws Exception {
    JdbcUsedTokenRepository repository = repository(pool, 2);
    assertThat(repository.add("a", now + 420)).isTrue();
    for (int again = 0; again < 5; again++) {
      assertThat(repository.add("a", now + 420)).isFalse();
      assertThatThrownBy(() -> repository.add("x".repeat(65), now + 420))
          .isInstanceOf(DataAccessException.class);
    }
    assertThat(repository.add("b", now + 420)).isTrue();
    assertThatThrownBy(() -> repository.add("c", now + 420))
        .isInstanceOf(UsedTokenRepository.FullException.class);
  }

  @Test
  void looksForRoomEverySecondOnceItIsFull() throws Exception {
    JdbcUsedTokenRepository repository = repository(pool, 2);
    repository.add("a", now + 10);
    repository.add("b", now + 10);
    assertThatThrownBy(() -> repository.add("c", now + 420))
        .isInstanceOf(UsedTokenRepository.FullException.class);
    now += 11;
    assertThat(repository.add("c", now + 420)).isTrue();
  }

  @Test
  void aTokenIsAddedWhileOthersCannotBeForgotten() throws Exception {
    repository(pool, 100).add("expired", now - 1);
    try (Connection another = pool.getConnection();
        Statement statement = another.createStatement()) {
      another.setAutoCommit(false);
      statement.execute("DELETE FROM NDOP_USED_TOKEN"); // keeps the row locked
      JdbcUsedTokenRepository repository = repository(pool, 100);
      assertThat(repository.add("a", now + 420)).isTrue();
      another.rollback();
    }
    assertThat(rows()).isEqualTo(2);
  }

  @Test
  void noRequestWaitsUntilVeryManyAreForgotten() throws Exception {
    JdbcUsedTokenRepository repository = repository(pool, 100_000);
    new JdbcTemplate(pool)
        .update(
            "INSERT INTO NDOP_USED_TOKEN SELECT 'expired ' || X, ? FROM SYSTEM_RANGE(1, 25000)",
            now - 1);
    repository.add("a", now + 420);
    assertThat(rows()).isEqualTo(15_001);
    repository.add("b", now + 420);
    assertThat(rows()).as("in the same second").isEqualTo(15_002);
    now++;
    repository.add("c", now + 420);
    now++;
    repository.add("d", now + 420);
    assertThat(rows()).isEqualTo(4);
  }

  @Test
  void aPauseOfLessThanASecondIsOne() throws Exception {
    JdbcUsedTokenRepository repository =
        new JdbcUsedTokenRepository(pool, 100, Duration.ofMillis(500), clock);
    repository.createTable();
    repository.add("a", now + 420);
    new JdbcTemplate(pool).update("INSERT INTO NDOP_USED_TOKEN VALUES ('expired', ?)", now - 1);
    repository.add("b", now + 420);
    assertThat(rows()).as("not looked at again in the same second").isEqualTo(3);
    now++;
    repository.add("c", now + 420);
    assertThat(rows()).isEqualTo(3);
  }

  @Test
  void needsToSelectInsertAndDelete() {
    repository(pool, 100);
    JdbcTemplate administrator = new JdbcTemplate(pool);
    administrator.execute("CREATE USER LIMITED PASSWORD ''");
    JdbcConnectionPool limited =
        JdbcConnectionPool.create("jdbc:h2:file:" + folder.resolve("used"), "LIMITED", "");
    try {
      for (String right : List.of("SELECT", "INSERT", "DELETE")) {
        assertThatThrownBy(() -> repository(limited, 100)).isInstanceOf(DataAccessException.class);
        administrator.execute("GRANT " + right + " ON NDOP_USED_TOKEN TO LIMITED");
      }
      assertThatCode(() -> repository(limited, 100)).doesNotThrowAnyException();
    } finally {
      limited.dispose();
    }
  }

  @Test
  void commitsWhereConnectionsDoNot() throws Exception {
    DataSource manual =
        new DelegatingDataSource(pool) {
          @Override
          public Connection getConnection() throws java.sql.SQLException {
            Connection connection = super.getConnection();
            connection.setAutoCommit(false);
            return connection;
          }
        };
    JdbcUsedTokenRepository repository = repository(manual, 100);
    assertThat(repository.add("a", now + 420)).isTrue();
    assertThat(repository.add("a", now + 420)).isFalse();
    assertThat(rows()).isEqualTo(1);
  }

  @Test
  void failsIfTheDatabaseCannotBeReached() {
    JdbcUsedTokenRepository repository = repository(pool, 100);
    pool.dispose();
    assertThatThrownBy(() -> repository.add("a", now + 420))
        .isInstanceOf(DataAccessException.class);
    assertThatThrownBy(repository::createTable).isInstanceOf(DataAccessException.class);
  }
}
