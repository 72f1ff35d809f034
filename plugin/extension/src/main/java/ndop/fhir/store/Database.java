package ndop.fhir.store;

import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.boot.jdbc.DataSourceUnwrapper;

/** The host's database, for what goes beyond JPA: is it there, does it write, is it on disk? */
public final class Database {

  /** In seconds. */
  private static final int PATIENCE = 1;

  /** Writes everything committed to the file, and forces the file to the disk. */
  private static final String CHECKPOINT = "CHECKPOINT SYNC";

  /** Extends a file, and leaves nothing behind. */
  private static final String TEMPORARY_TABLE =
      "CREATE TEMPORARY TABLE ndop_write_probe AS SELECT 1 AS probe";

  private final DataSource source;
  private final String url;

  /**
   * The database behind a data source.
   *
   * @param url its JDBC URL
   */
  public Database(DataSource source, String url) {
    this.source = source;
    this.url = url;
  }

  /** The file of an H2 database on disk; empty for any other. */
  public Optional<Path> file() {
    return H2Url.file(url);
  }

  /**
   * Forces what has been committed to the disk, where the database does not do so itself.
   *
   * @throws SQLException it is not known whether it is on the disk
   */
  public void force() throws SQLException {
    if (H2Url.isOnDisk(url)) {
      try (Connection connection = source.getConnection();
          Statement statement = connection.createStatement()) {
        statement.execute(CHECKPOINT);
      }
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
   * Returns if the database can write.
   *
   * @throws SQLException it cannot
   */
  void requireWrite() throws SQLException {
    if (H2Url.matches(url)) {
      force();
      return;
    }
    try (Connection connection = source.getConnection()) {
      boolean committing = connection.getAutoCommit();
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        statement.execute(TEMPORARY_TABLE);
      } finally {
        connection.rollback();
        connection.setAutoCommit(committing);
      }
    }
  }

  /**
   * Gives up every connection, those in use when they are returned. H2 opens a database anew only
   * when the last connection to the closed one is gone.
   */
  void evictConnections() {
    HikariDataSource pool = DataSourceUnwrapper.unwrap(source, HikariDataSource.class);
    if (pool != null && pool.getHikariPoolMXBean() != null) {
      pool.getHikariPoolMXBean().softEvictConnections();
    }
  }
}
