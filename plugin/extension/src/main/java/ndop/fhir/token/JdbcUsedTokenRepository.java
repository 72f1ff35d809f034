package ndop.fhir.token;

import java.sql.PreparedStatement;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import ndop.fhir.policy.UsedTokenRepository;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Used tokens in a table of the host's database, so that they stay used after a restart and for
 * every server over that database. The table's primary key decides which of two simultaneous
 * requests was first.
 *
 * <p>Each token is added in a transaction of its own, before that of the request begins. Tokens
 * that may be forgotten are deleted periodically. If the database cannot be reached, adding throws
 * Spring's {@code DataAccessException}: a token that cannot be remembered is not accepted.
 */
public final class JdbcUsedTokenRepository implements UsedTokenRepository {

  /** Portable SQL: the table's name and columns are the same in every database. */
  public static final String TABLE =
      "CREATE TABLE NDOP_USED_TOKEN "
          + "(DIGEST VARCHAR(64) NOT NULL PRIMARY KEY, FORGET_AFTER BIGINT NOT NULL)";

  private static final String INSERT =
      "INSERT INTO NDOP_USED_TOKEN (DIGEST, FORGET_AFTER) VALUES (?, ?)";
  private static final String DELETE = "DELETE FROM NDOP_USED_TOKEN WHERE FORGET_AFTER < ?";
  private static final String COUNT = "SELECT COUNT(*) FROM NDOP_USED_TOKEN";
  private static final String EXISTS = COUNT + " WHERE 1 = 0";

  private final JdbcTemplate jdbc;
  private final long capacity;
  private final long pause;
  private final Clock clock;
  private final AtomicLong nextSweep = new AtomicLong();
  private final AtomicLong room = new AtomicLong();

  /**
   * @param capacity how many tokens the table may hold, approximately: each server counts them
   *     after every {@code pause} and adds its own in between
   * @param pause the time between two deletions
   */
  public JdbcUsedTokenRepository(DataSource database, long capacity, Duration pause, Clock clock) {
    this.jdbc = new JdbcTemplate(database);
    this.capacity = capacity;
    this.pause = pause.toSeconds();
    this.clock = clock;
  }

  /**
   * Creates the table if there is none; to be called before any other method.
   *
   * @throws DataAccessException it cannot be created or read
   */
  public void createTable() {
    if (!exists()) {
      try {
        execute(TABLE);
      } catch (DataAccessException failure) {
        // Another server over the same database may have created it in the meantime.
        if (!exists()) {
          throw failure;
        }
      }
    }
    sweep(clock.instant().getEpochSecond());
  }

  @Override
  public boolean add(String digest, long until) throws FullException {
    takeRoom();
    try {
      execute(INSERT, digest, until);
      return true;
    } catch (DuplicateKeyException usedBefore) {
      return false;
    }
  }

  private void takeRoom() throws FullException {
    long now = clock.instant().getEpochSecond();
    long due = nextSweep.get();
    // When it is full, there may be room again at any second. No one waits for the one who looks.
    if (now >= due && nextSweep.compareAndSet(due, now + (room.get() > 0 ? pause : 1))) {
      sweep(now);
    }
    if (room.getAndDecrement() <= 0) {
      room.incrementAndGet();
      throw new FullException();
    }
  }

  private void sweep(long now) {
    execute(DELETE, now);
    Long held = jdbc.queryForObject(COUNT, Long.class);
    room.set(capacity - (held == null ? 0 : held));
  }

  private boolean exists() {
    try {
      jdbc.queryForObject(EXISTS, Long.class);
      return true;
    } catch (DataAccessException none) {
      return false;
    }
  }

  /** Commits where the host's connections do not do so by themselves. */
  private void execute(String sql, Object... values) {
    jdbc.execute(
        (ConnectionCallback<Void>)
            connection -> {
              try (PreparedStatement statement = connection.prepareStatement(sql)) {
                for (int index = 0; index < values.length; index++) {
                  statement.setObject(index + 1, values[index]);
                }
                statement.executeUpdate();
              }
              if (!connection.getAutoCommit()) {
                connection.commit();
              }
              return null;
            });
  }
}
