package ndop.fhir.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.sql.DataSource;

/**
 * The host's database, for what goes beyond JPA: is it there, does it write, is it on disk? It has
 * connections of its own, so that it need not wait for one while requests have all of the host's.
 */
public final class Database implements AutoCloseable {

  private static final Pattern H2_FILE = Pattern.compile("jdbc:h2:(?:file:)?([^;]+).*");
  private static final Pattern H2_ELSEWHERE = Pattern.compile("jdbc:h2:(?:mem|tcp|ssl):.*");

  /** In seconds. */
  private static final int PATIENCE = 1;

  /** Writes everything committed to the file, and forces the file to the disk. */
  private static final String CHECKPOINT = "CHECKPOINT SYNC";

  /** One to force writes, one to ask the database meanwhile. */
  private static final int OWN_CONNECTIONS = 2;

  private static final String INSUFFICIENT_PRIVILEGE = "42501";
  private static final String READ_ONLY = "25006";

  /** Extends a file, and leaves nothing behind. */
  private static final String TEMPORARY_TABLE =
      "CREATE TEMPORARY TABLE ndop_write_probe AS SELECT 1 AS probe";

  private final Optional<HikariDataSource> hostPool;
  private final Optional<HikariDataSource> ownPool;
  private final DataSource source;
  private final String url;
  private final boolean forcing;
  private final GroupCommit commits = new GroupCommit(this::checkpoint);

  /**
   * The database behind a data source.
   *
   * @param url its JDBC URL
   * @param forcing whether {@link #force} is to force what was committed to the disk
   */
  public Database(DataSource source, String url, boolean forcing) {
    this.hostPool = poolOf(source);
    this.ownPool = hostPool.map(Database::ownPool);
    this.source = ownPool.isPresent() ? ownPool.get() : source;
    this.url = url;
    this.forcing = forcing;
  }

  /** H2's file, without its suffix; empty for H2 in memory and for any other database. */
  public Optional<Path> file() {
    Matcher matcher = H2_FILE.matcher(url);
    if (!matcher.matches() || H2_ELSEWHERE.matcher(url).matches()) {
      return Optional.empty();
    }
    String name = matcher.group(1).replaceFirst("^~", Matcher.quoteReplacement(home()));
    try {
      return Optional.of(Path.of(name + ".mv.db"));
    } catch (InvalidPathException otherFileSystem) {
      return Optional.empty();
    }
  }

  /**
   * Forces what has been committed to the disk, where the database does not do so itself and it is
   * to be done.
   *
   * @throws SQLException it is not known whether it is on the disk
   */
  public void force() throws SQLException {
    if (forcing && file().isPresent()) {
      commits.force();
    }
  }

  /** Whether forcing failed when it was last tried, so that not all of it may be on the disk. */
  public boolean owesForce() {
    return commits.isOwed();
  }

  private void checkpoint() throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(CHECKPOINT);
    }
  }

  /**
   * Returns if the database answers.
   *
   * @throws SQLException it does not
   */
  void requireAnswer() throws SQLException {
    try (Connection connection = source.getConnection()) {
      if (!connection.isValid(PATIENCE)) {
        throw new SQLException("the connection is not valid", "08006");
      }
    }
  }

  /**
   * Returns if the database can write; of H2, only if writes are forced.
   *
   * @throws SQLException it cannot
   */
  void requireWrite() throws SQLException {
    if (url.startsWith("jdbc:h2:")) {
      force();
      return;
    }
    try (Connection connection = source.getConnection()) {
      boolean committing = connection.getAutoCommit();
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        statement.execute(TEMPORARY_TABLE);
      } catch (SQLException failure) {
        if (!INSUFFICIENT_PRIVILEGE.equals(failure.getSQLState())) {
          throw failure;
        }
        connection.rollback();
        requireReadWrite(connection);
      } finally {
        connection.rollback();
        connection.setAutoCommit(committing);
      }
    }
  }

  /** For a user of PostgreSQL without the privilege TEMPORARY. */
  private static void requireReadWrite(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet answer = statement.executeQuery("SHOW transaction_read_only")) {
      if (answer.next() && answer.getString(1).equals("on")) {
        throw new SQLException("the database is read only", READ_ONLY);
      }
    }
  }

  /**
   * Gives up every connection, those in use when they are returned. H2 opens a database anew only
   * when the last connection to the closed one is gone.
   */
  void evictConnections() {
    Stream.of(hostPool, ownPool)
        .flatMap(Optional::stream)
        .filter(pool -> pool.getHikariPoolMXBean() != null)
        .forEach(pool -> pool.getHikariPoolMXBean().softEvictConnections());
  }

  /** Closes its own connections, not the host's. */
  @Override
  public void close() {
    ownPool.ifPresent(HikariDataSource::close);
  }

  /** The pool itself, or the one within a proxy. */
  private static Optional<HikariDataSource> poolOf(DataSource source) {
    try {
      return source != null && source.isWrapperFor(HikariDataSource.class)
          ? Optional.of(source.unwrap(HikariDataSource.class))
          : Optional.empty();
    } catch (SQLException another) {
      return Optional.empty();
    }
  }

  private static HikariDataSource ownPool(HikariDataSource hostPool) {
    HikariConfig config = new HikariConfig();
    hostPool.copyStateTo(config);
    config.setPoolName("ndop-store");
    config.setMaximumPoolSize(OWN_CONNECTIONS);
    config.setMinimumIdle(0);
    // Connects when it is asked to, whether or not there is a database now.
    config.setInitializationFailTimeout(-1);
    return new HikariDataSource(config);
  }

  private static String home() {
    return System.getProperty("user.home");
  }
}
