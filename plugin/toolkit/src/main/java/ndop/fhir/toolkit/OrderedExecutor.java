package ndop.fhir.toolkit;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Runs tasks on every core and hands their results to a receiver in the order of submission. Only a
 * few tasks are in progress at a time; submitting more blocks.
 */
final class OrderedExecutor<T> implements AutoCloseable {

  private static final int IN_PROGRESS_PER_CORE = 8;

  private final int cores = Runtime.getRuntime().availableProcessors();
  private final ExecutorService workers = Executors.newFixedThreadPool(cores);
  private final ExecutorService delivery = Executors.newSingleThreadExecutor();
  private final BlockingQueue<Future<T>> inProgress =
      new ArrayBlockingQueue<>(cores * IN_PROGRESS_PER_CORE);
  private final Future<T> end = new CompletableFuture<>();
  private final Future<Void> delivered;

  /** Receives the results. */
  interface Receiver<T> {
    void receive(T result) throws IOException;
  }

  OrderedExecutor(Receiver<T> receiver) {
    delivered = delivery.submit(() -> deliver(receiver));
  }

  /** Submits a task, waiting while too many are in progress. */
  void submit(Callable<T> task) throws IOException {
    put(workers.submit(task));
  }

  /** Waits until every result is received; throws the first failure of a task or the receiver. */
  @Override
  public void close() throws IOException {
    try {
      put(end);
      delivered.get();
    } catch (ExecutionException failure) {
      throw new IOException(failure.getCause());
    } catch (InterruptedException stop) {
      throw interrupted();
    } finally {
      workers.shutdownNow();
      delivery.shutdownNow();
    }
  }

  private Void deliver(Receiver<T> receiver) throws Exception {
    Exception first = null;
    for (Future<T> next = inProgress.take(); next != end; next = inProgress.take()) {
      // After a failure the queue is still emptied, so that no submitter waits for room in it.
      if (first == null) {
        try {
          receiver.receive(next.get());
        } catch (ExecutionException | IOException failure) {
          first = failure;
        }
      }
    }
    if (first != null) {
      throw first;
    }
    return null;
  }

  private void put(Future<T> future) throws InterruptedIOException {
    try {
      inProgress.put(future);
    } catch (InterruptedException stop) {
      throw interrupted();
    }
  }

  private static InterruptedIOException interrupted() {
    Thread.currentThread().interrupt();
    return new InterruptedIOException("stopped while resources were under way");
  }
}
