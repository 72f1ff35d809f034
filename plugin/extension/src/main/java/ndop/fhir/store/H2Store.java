package ndop.fhir.store;

import java.sql.Connection;
import java.sql.SQLException;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.h2.mvstore.FileStore;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;

/**
 * H2's file, from when it was opened until it is closed, which H2 itself does when it fails to
 * write. With {@code WRITE_DELAY=0} a commit has written to the file before it returns, so that
 * forcing the file is enough; {@code CHECKPOINT SYNC} would write once more, and have all others
 * wait. Loaded only where there is H2.
 *
 * <p>But if two commits are written together and that fails, only one of them fails: the other
 * returns, and is lost. Both have then seen the file closed.
 */
final class H2Store implements OpenStore {

  private final MVStore store;

  private H2Store(MVStore store) {
    this.store = store;
  }

  /**
   * The store of a database, which is elsewhere if it is not embedded.
   *
   * @param connection a connection to it, of a pool or not
   */
  static OpenStore of(Connection connection) throws SQLException {
    return connection.unwrap(JdbcConnection.class).getSession() instanceof SessionLocal session
        ? new H2Store(session.getDatabase().getStore().getMvStore())
        : ELSEWHERE;
  }

  @Override
  public boolean isOpen() {
    return store.getPanicException() == null && !store.isClosed();
  }

  /**
   * Forces the file to the disk.
   *
   * @throws SQLException it is not known whether all of it is on the disk
   */
  void force() throws SQLException {
    try {
      FileStore<?> file = store.getFileStore();
      if (file != null) {
        file.sync();
      }
    } catch (MVStoreException failure) {
      throw new SQLException("H2's file cannot be forced to the disk", Database.IO_ERROR, failure);
    }
  }
}
