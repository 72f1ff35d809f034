package ndop.fhir.policy;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A number of places that clients share. A client may take another place while it would not hold
 * more than are free: alone, it gets half of them; of two busy clients each gets a third, and so
 * on. So there is always something left for a client that comes later, and no share has to be
 * configured (this is the dynamic threshold by which switches share their buffers).
 *
 * <p>Safe for use by concurrent threads.
 */
public final class FairShares {

  private final Map<String, Integer> held = new HashMap<>();
  private int free;

  /** Shares of {@code capacity} places, all of them free. */
  public FairShares(int capacity) {
    this.free = capacity;
  }

  /** Takes a place for the client, if its share allows; true if so. */
  public synchronized boolean tryAcquire(String client) {
    int places = held.getOrDefault(client, 0) + 1;
    if (places > free) {
      return false;
    }
    held.put(client, places);
    free--;
    return true;
  }

  /**
   * Takes a place for the client, waiting for at most {@code patience} until its share allows; true
   * if so.
   *
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public synchronized boolean tryAcquire(String client, Duration patience)
      throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!tryAcquire(client)) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    return true;
  }

  /**
   * Gives a place of the client back.
   *
   * @throws IllegalStateException if the client holds none
   */
  public synchronized void release(String client) {
    Integer places = held.remove(client);
    if (places == null) {
      throw new IllegalStateException("a place was given back that was not taken");
    }
    if (places > 1) {
      held.put(client, places - 1);
    }
    free++;
    notifyAll();
  }
}
