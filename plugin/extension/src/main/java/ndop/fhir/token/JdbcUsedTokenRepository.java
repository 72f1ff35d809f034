package ndop.fhir.token;

import java.sql.PreparedStatement;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import ndop.fhir.policy.UsedTokenRepository;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Used tokens in a table of the host's database, so that they stay used after a restart and for
 * every server over that database. The table's primary key decides which of two simultaneous
 * requests was first.
 *
 * <p>Each token is added in a transaction of its own, before that of the request begins. If the
 * database cannot be reached, adding throws Spring's {@code DataAccessException}: a token that
 * cannot be remembered is not accepted. Tokens that may be forgotten are deleted periodically, so
 * many at a time that no request waits long for it; a deletion that fails is repeated later.
 */
public final class JdbcUsedTokenRepository implements UsedTokenRepository {

  /** Portable SQL: the table's name and columns are the same in every database. */
  public static final String TABLE =
      "CREATE TABLE NDOP_USED_TOKEN "
          + "(DIGEST VARCHAR(64) NOT NULL PRIMARY KEY, FORGET_AFTER BIGINT NOT NULL)";

  /** Without it deleting reads the whole table. */
  public static final String INDEX =
      "CREATE INDEX NDOP_USED_TOKEN_FORGET_AFTER ON NDOP_USED_TOKEN (FORGET_AFTER)";

  private static final Logger LOG = LoggerFactory.getLogger(JdbcUsedTokenRepository.class);

  private static final int DELETED_AT_ONCE = 10_000;

  private static final String INSERT =
      "INSERT INTO NDOP_USED_TOKEN (DIGEST, FORGET_AFTER) VALUES (?, ?)";
  private static final String DELETE =
      "DELETE FROM NDOP_USED_TOKEN WHERE DIGEST IN "
          + "(SELECT DIGEST FROM NDOP_USED_TOKEN WHERE FORGET_AFTER < ? FETCH FIRST %d ROWS ONLY)"
              .formatted(DELETED_AT_ONCE);
  private static final String COUNT = "SELECT COUNT(*) FROM NDOP_USED_TOKEN";
  private static final String EXISTS = COUNT + " WHERE 1 = 0";

  /** Statements that change nothing and need the rights of those above. */
  private static final List<String> RIGHTS =
      List.of(
          "INSERT INTO NDOP_USED_TOKEN (DIGEST, FORGET_AFTER) "
              + "SELECT DIGEST, FORGET_AFTER FROM NDOP_USED_TOKEN WHERE 1 = 0",
          "DELETE FROM NDOP_USED_TOKEN WHERE 1 = 0");

  private final JdbcTemplate jdbc;
  private final long capacity;
  private final long pause;
  private final Clock clock;
  private final ReentrantLock sweeping = new ReentrantLock();
  private final AtomicLong nextSweep = new AtomicLong();
  private final AtomicLong room;

  /**
   * @param capacity how many tokens the table may hold, approximately: each server counts them
   *     after every {@code pause} and adds its own in between
   * @param pause the time between two deletions, at least a second
   */
  public JdbcUsedTokenRepository(DataSource database, long capacity, Duration pause, Clock clock) {
    this.jdbc = new JdbcTemplate(database);
    this.capacity = capacity;
    this.pause = Math.max(1, pause.toSeconds());
    this.clock = clock;
    this.room = new AtomicLong(capacity);
  }

  /**
   * Creates the table if there is none; to be called before any other method.
   *
   * @throws DataAccessException it cannot be created, or the server may not read, add and delete
   */
  public void createTable() {
    if (!exists()) {
      try {
        execute(TABLE);
        execute(INDEX);
      } catch (DataAccessException failure) {
        // Another server over the same database may have created it in the meantime.
        if (!exists()) {
          throw failure;
        }
      }
    }
    RIGHTS.forEach(this::execute);
  }

  @Override
  public boolean add(String digest, long until) throws FullException {
    takeRoom();
    boolean added = false;
    try {
      execute(INSERT, digest, until);
      added = true;
    } catch (DuplicateKeyException usedBefore) {
      // It stays as it is.
    } finally {
      if (!added) {
        room.incrementAndGet();
      }
    }
    return added;
  }

  private void takeRoom() throws FullException {
    long now = clock.instant().getEpochSecond();
    // No one waits for the one who looks.
    if (isDue(now) && sweeping.tryLock()) {
      try {
        if (isDue(now)) {
          nextSweep.set(now + pause);
          sweep(now);
        }
      } catch (DataAccessException failure) {
        LOG.debug("Used tokens that have expired cannot be deleted now", failure);
      } finally {
        sweeping.unlock();
      }
    }
    if (room.getAndDecrement() <= 0) {
      room.incrementAndGet();
      // There may be room again at any second.
      sweepWithinASecondOf(now);
      throw new FullException();
    }
  }

  private boolean isDue(long now) {
    return now >= nextSweep.get();
  }

  private void sweep(long now) {
    if (execute(DELETE, now) == DELETED_AT_ONCE) {
      sweepWithinASecondOf(now);
    }
    Long held = jdbc.queryForObject(COUNT, Long.class);
    room.set(capacity - (held == null ? 0 : held));
  }

  private void sweepWithinASecondOf(long now) {
    nextSweep.accumulateAndGet(now + 1, Math::min);
  }

  private boolean exists() {
    try {
      jdbc.queryForObject(EXISTS, Long.class);
      return true;
    } catch (DataAccessException none) {
      return false;
    }
  }

  /** Commits where the host's connections do not do so by themselves; the number of rows. */
  private int execute(String sql, Object... values) {
    Integer rows =
        jdbc.execute(
            (ConnectionCallback<Integer>)
                connection -> {
                  int changed;
                  try (PreparedStatement statement = connection.prepareStatement(sql)) {
                    for (int index = 0; index < values.length; index++) {
                      statement.setObject(index + 1, values[index]);
                    }
                    changed = statement.executeUpdate();
                  }
                  if (!connection.getAutoCommit()) {
                    connection.commit();
                  }
                  return changed;
                });
    return rows == null ? 0 : rows;
  }
}
