package ndop.fhir.store;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a task every second, and when it is asked to, in a daemon thread of its own: never twice at
 * once. A task that throws anything, an Error too, is not run again by itself.
 */
final class PeriodicTask implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(PeriodicTask.class);
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private final Runnable task;
  private final ScheduledExecutorService executor;

  PeriodicTask(String threadName, Runnable task) {
    this.task = task;
    this.executor =
        Executors.newSingleThreadScheduledExecutor(
            run -> {
              Thread thread = new Thread(run, threadName);
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Begins to run it, for the first time in a second. */
  void start() {
    executor.scheduleWithFixedDelay(
        task, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Runs it as soon as it does not run, unless this is closed. */
  void runSoon() {
    try {
      executor.execute(task);
    } catch (RejectedExecutionException closed) {
      LOG.debug("The server is stopping", closed);
    }
  }

  /** Interrupts it if it runs. */
  @Override
  public void close() {
    executor.shutdownNow();
  }
}
