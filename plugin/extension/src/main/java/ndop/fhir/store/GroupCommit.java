package ndop.fhir.store;

import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Forces to the disk what several writes have committed by one checkpoint: whoever asks while one
 * is running waits for the next, and shares it with all others who do.
 */
final class GroupCommit {

  /** Forces to the disk whatever was committed before it began. */
  @FunctionalInterface
  interface Checkpoint {
    void run() throws SQLException;
  }

  private final Checkpoint checkpoint;
  private final AtomicLong asked = new AtomicLong();
  private long tried;
  private SQLException failure;
  private volatile boolean owed;

  GroupCommit(Checkpoint checkpoint) {
    this.checkpoint = checkpoint;
  }

  /**
   * Returns when a checkpoint that began after this call has ended.
   *
   * @throws SQLException it failed, for all who shared it: were each to try for itself, the last
   *     would wait for all the failures before it
   */
  void force() throws SQLException {
    long mine = asked.incrementAndGet();
    synchronized (this) {
      if (tried < mine) {
        tried = asked.get();
        run();
      } else if (failure != null) {
        throw new SQLException("the checkpoint that was shared failed", failure);
      }
    }
  }

  /** Whether the last checkpoint failed, so that something may be committed and not on the disk. */
  boolean isOwed() {
    return owed;
  }

  private void run() throws SQLException {
    failure = new SQLException("the checkpoint did not end");
    try {
      checkpoint.run();
      failure = null;
    } catch (SQLException failed) {
      failure = failed;
      throw failed;
    } finally {
      owed = failure != null;
    }
  }
}
