package ndop.fhir.policy;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/**
 * Compares the CPU time of two pieces of work. What else the machine does costs this thread no CPU
 * time, and a pair that seems to grow too fast is measured again: a real growth stays.
 */
public final class GrowthFixtures {

  /** Twice the input may take up to three times as long; four times would be quadratic. */
  public static final double MOST = 3;

  /** Compilation and caches make shorter times incomparable. */
  private static final long FLOOR_NANOSECONDS = 15_000_000;

  private static final int MOST_RUNS = 8;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private GrowthFixtures() {}

  /**
   * How many times as long {@code twice} takes as {@code once}, by the shortest of several runs of
   * each; times below a floor count as the floor.
   */
  public static double ratio(Runnable once, Runnable twice) {
    long shorter = FLOOR_NANOSECONDS;
    long longer = Long.MAX_VALUE;
    for (int run = 0; run < MOST_RUNS && longer >= MOST * shorter; run++) {
      longer = Math.min(longer, time(twice));
      if (longer >= MOST * FLOOR_NANOSECONDS) {
        long measured = Math.max(FLOOR_NANOSECONDS, time(once));
        shorter = run == 0 ? measured : Math.min(shorter, measured);
      }
    }
    return (double) longer / shorter;
  }

  private static long time(Runnable work) {
    long start = THREADS.getCurrentThreadCpuTime();
    work.run();
    return THREADS.getCurrentThreadCpuTime() - start;
  }
}
