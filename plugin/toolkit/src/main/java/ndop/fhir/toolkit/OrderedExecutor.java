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
 * Does tasks on every core and hands their results on in the order in which they were submitted. A
 * few are under way at a time: whoever submits more waits.
 */
final class OrderedExecutor<T> implements AutoCloseable {

  private static final int UNDER_WAY_PER_CORE = 8;

  private final int number = Runtime.getRuntime().availableProcessors();
  private final ExecutorService cores = Executors.newFixedThreadPool(number);
  private final ExecutorService handing = Executors.newSingleThreadExecutor();
  private final BlockingQueue<Future<T>> underWay =
      new ArrayBlockingQueue<>(number * UNDER_WAY_PER_CORE);
  private final Future<T> end = new CompletableFuture<>();
  private final Future<Void> handedOn;

  /** What is done with a result. */
  interface Receiver<T> {
    void receive(T result) throws IOException;
  }

  OrderedExecutor(Receiver<T> receiver) {
    handedOn = handing.submit(() -> handOn(receiver));
  }

  /** Has {@code task} done; waits while as many are under way as may be. */
  void submit(Callable<T> task) throws IOException {
    put(cores.submit(task));
  }

  /** Waits until every result was received; throws what a task or the receiver threw first. */
  @Override
  public void close() throws IOException {
    try {
      put(end);
      handedOn.get();
    } catch (ExecutionException failure) {
      throw new IOException(failure.getCause());
    } catch (InterruptedException stop) {
      throw interrupted();
    } finally {
      cores.shutdownNow();
      handing.shutdownNow();
    }
  }

  private Void handOn(Receiver<T> receiver) throws Exception {
    Exception first = null;
    for (Future<T> next = underWay.take(); next != end; next = underWay.take()) {
      // After a failure the queue is still emptied, so that nobody waits for room in it.
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
      underWay.put(future);
    } catch (InterruptedException stop) {
      throw interrupted();
    }
  }

  private static InterruptedIOException interrupted() {
    Thread.currentThread().interrupt();
    return new InterruptedIOException("stopped while resources were under way");
  }
}
