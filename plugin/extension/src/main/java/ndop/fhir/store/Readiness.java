package ndop.fhir.store;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the server can do its work: every part that writes says that it can. It asks them every
 * second in a thread of its own, because one that looks at a disk that hangs does not answer; the
 * server is not ready then either.
 */
public final class Readiness implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Readiness.class);

  /** How long an answer holds while none follows: a disk that is slow is not one that hangs. */
  private static final Duration VALIDITY = Duration.ofSeconds(10);

  private final List<BooleanSupplier> conditions = new CopyOnWriteArrayList<>();
  private final Duration validity;
  private final PeriodicTask asking = new PeriodicTask("ndop-readiness", this::ask);

  /** As {@code System.nanoTime()} counts. */
  private volatile long readyUntil = System.nanoTime();

  public Readiness() {
    this(VALIDITY);
  }

  Readiness(Duration validity) {
    this.validity = validity;
  }

  /** Adds a condition. */
  public void require(BooleanSupplier condition) {
    conditions.add(condition);
  }

  /** Asks for the first time, and begins to ask regularly. */
  public void start() {
    ask();
    asking.start();
  }

  /** Whether every condition held when they were last asked; answers at once. */
  public boolean isReady() {
    return System.nanoTime() - readyUntil < 0;
  }

  @Override
  public void close() {
    asking.close();
  }

  // Anything thrown would end the schedule.
  private void ask() {
    boolean ready = false;
    try {
      ready = conditions.stream().allMatch(BooleanSupplier::getAsBoolean);
    } catch (Throwable failure) {
      LOG.warn("Whether the server is ready cannot be told", failure);
    }
    readyUntil = System.nanoTime() + (ready ? validity.toNanos() : 0);
  }
}
