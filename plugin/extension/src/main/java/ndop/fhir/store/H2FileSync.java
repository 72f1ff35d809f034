package ndop.fhir.store;

import java.sql.Connection;
import java.sql.SQLException;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.h2.mvstore.FileStore;
import org.h2.mvstore.MVStoreException;

/**
 * Forces H2's file to the disk. With {@code WRITE_DELAY=0} a commit has written to the file before
 * it returns, so no more than that is needed; {@code CHECKPOINT SYNC} would write once more, and
 * have all others wait. Loaded only where there is H2.
 */
final class H2FileSync {

  private H2FileSync() {}

  /**
   * Forces the file of an embedded database.
   *
   * @param connection a connection to it, of a pool or not
   * @throws SQLException it is not known whether all of it is on the disk
   */
  static void force(Connection connection) throws SQLException {
    if (connection.unwrap(JdbcConnection.class).getSession() instanceof SessionLocal session) {
      try {
        FileStore<?> file = session.getDatabase().getStore().getMvStore().getFileStore();
        if (file != null) {
          file.sync();
        }
      } catch (MVStoreException failure) {
        throw new SQLException(
            "H2's file cannot be forced to the disk", Database.IO_ERROR, failure);
      }
    }
  }
}
