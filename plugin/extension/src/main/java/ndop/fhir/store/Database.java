package ndop.fhir.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.springframework.boot.jdbc.DataSourceUnwrapper;

/**
 * The host's database, for what goes beyond JPA: is it there, does it write, is it on disk? It has
 * connections of its own, so that it need not wait for one while requests have all of the host's.
 */
public final class Database implements AutoCloseable {

  /** In seconds. */
  private static final int PATIENCE = 1;

  /** One to force writes, one to ask the database meanwhile. */
  private static final int OWN_CONNECTIONS = 2;

  private static final String INSUFFICIENT_PRIVILEGE = "42501";
  private static final String READ_ONLY = "25006";

  /** An SQLState of an error of the system, as of a disk. */
  static final String IO_ERROR = "58030";

  /** What H2 may need for a few writes. */
  private static final int PROBE_BYTES = 1 << 20;

  /** Extends a file, and leaves nothing behind. */
  private static final String TEMPORARY_TABLE =
      "CREATE TEMPORARY TABLE ndop_write_probe AS SELECT 1 AS probe";

  private final Optional<HikariDataSource> hostPool;
  private final Optional<HikariDataSource> ownPool;
  private final DataSource source;
  private final String url;
  private final boolean forcing;
  private volatile OpenStore opened;
  private final GroupCommit commits = new GroupCommit(this::forceFile);

  /**
   * The database behind a data source.
   *
   * @param url its JDBC URL
   * @param forcing whether {@link #force} is to force what was committed to the disk
   */
  public Database(DataSource source, String url, boolean forcing) {
    this.hostPool = Optional.ofNullable(DataSourceUnwrapper.unwrap(source, HikariDataSource.class));
    this.ownPool = hostPool.map(Database::ownPool);
    this.source = ownPool.isPresent() ? ownPool.get() : source;
    this.url = url;
    this.forcing = forcing;
  }

  /** The file of an H2 database on disk; empty for any other. */
  public Optional<Path> file() {
    return H2Url.file(url);
  }

  /**
   * The store as it is open now. To be asked for before a commit, and passed to {@link
   * #force(OpenStore)} after it.
   *
   * @throws SQLException there is no connection to it
   */
  public OpenStore openStore() throws SQLException {
    if (!H2Url.isOnDisk(url)) {
      return OpenStore.ELSEWHERE;
    }
    OpenStore known = opened;
    if (known == null || !known.isOpen()) {
      try (Connection connection = source.getConnection()) {
        known = H2Store.of(connection);
      }
      opened = known;
    }
    return known;
  }

  /**
   * Makes a commit durable: forces what has been committed to the disk, as {@link #force()}.
   *
   * @param store the store as it was open before the commit
   * @throws SQLException it is not known whether it is on the disk, or the store was closed
   *     meanwhile, so that the commit may not have been written
   */
  public void force(OpenStore store) throws SQLException {
    force();
    if (!store.isOpen()) {
      throw new SQLException("the database was closed during the commit", IO_ERROR);
    }
  }

  /**
   * Forces what has been committed to the disk, where the database does not do so itself and it is
   * to be done.
   *
   * @throws SQLException it is not known whether it is on the disk
   */
  public void force() throws SQLException {
    if (forcing && H2Url.isOnDisk(url)) {
      commits.force();
    }
  }

  /** Whether forcing failed when it was last tried, so that not all of it may be on the disk. */
  public boolean owesForce() {
    return commits.isOwed();
  }

  private void forceFile() throws SQLException {
    if (openStore() instanceof H2Store store) {
      store.force();
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
   * Returns if the database can write; of H2, if its file system can, whose files may be opened and
   * forced on a full disk too.
   *
   * @throws SQLException it cannot
   */
  void requireWrite() throws SQLException {
    if (H2Url.matches(url)) {
      Optional<Path> file = file();
      if (file.isPresent()) {
        requireRoomBeside(file.get());
      }
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

  private static void requireRoomBeside(Path file) throws SQLException {
    Path probe = file.resolveSibling(file.getFileName() + ".probe");
    try {
      try {
        Files.write(probe, new byte[PROBE_BYTES]);
      } finally {
        Files.deleteIfExists(probe);
      }
    } catch (IOException full) {
      throw new SQLException("the disk of the database cannot be written", IO_ERROR, full);
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
}
