package ndop.fhir.store;

import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows whether the database answers and writes. It asks every second, and at once when a request
 * has failed; after a failure it gives up the connections, so that the server goes on by itself
 * when the database does (NDOP-210).
 */
public final class StoreMonitor implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(StoreMonitor.class);

  private final Database database;
  private final AtomicBoolean suspected = new AtomicBoolean();
  private final AtomicBoolean lost = new AtomicBoolean();
  private final PeriodicTask checking = new PeriodicTask("ndop-store-monitor", this::check);
  private volatile boolean available = true;

  public StoreMonitor(Database database) {
    this.database = database;
  }

  /** Begins to ask. */
  public void start() {
    checking.start();
  }

  /** Whether the database answered when it was last asked and, after a failure, could write. */
  public boolean isAvailable() {
    return available;
  }

  /** Takes note that a request failed, and asks the database. */
  public void report(StoreFailure failure) {
    if (failure == StoreFailure.LOST) {
      lost.set(true);
    }
    if (suspected.compareAndSet(false, true)) {
      checking.runSoon();
    }
  }

  @Override
  public void close() {
    checking.close();
  }

  // Anything thrown would end the schedule, an Error such as one of memory too.
  private void check() {
    boolean wasSuspected = suspected.getAndSet(false);
    try {
      if (lost.getAndSet(false)) {
        database.evictConnections();
      }
      database.requireAnswer();
      if (wasSuspected || !available) {
        database.requireWrite();
      }
      set(true, null);
    } catch (Throwable failure) {
      if (StoreFailure.of(failure).orElse(StoreFailure.LOST) == StoreFailure.LOST) {
        lost.set(true);
      }
      set(false, failure);
    }
  }

  private void set(boolean now, Throwable failure) {
    if (available && !now) {
      LOG.error(
          "The store cannot be reached or written ({}); requests are answered with 503 until it can",
          describe(failure));
    } else if (!available && now) {
      LOG.warn("The store can be reached and written again");
    }
    available = now;
  }

  /** Without its message, which may quote a row. */
  private static String describe(Throwable failure) {
    return failure instanceof SQLException sql
        ? "%s, SQLState %s, error %d"
            .formatted(failure.getClass().getSimpleName(), sql.getSQLState(), sql.getErrorCode())
        : failure.getClass().getSimpleName();
  }
}
