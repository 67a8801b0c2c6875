package org.bulkhead.campaign.internal.parent;

import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * How late this machine is by itself: a beat that does nothing, in a process that no fault is in.
 */
final class Pulse implements AutoCloseable {

  private static final long BEAT_NANOS = 5_000_000L;

  /** Some twenty seconds. */
  private static final int REMEMBERED = 4_096;

  private final long[] at = new long[REMEMBERED];
  private final long[] late = new long[REMEMBERED];
  private int next;
  private long last = System.nanoTime();
  private final ScheduledThreadPoolExecutor clock =
      new ScheduledThreadPoolExecutor(
          1,
          task -> {
            Thread made = new Thread(task, "pulse");
            made.setDaemon(true);
            return made;
          });

  Pulse() {
    clock.scheduleWithFixedDelay(this::beat, 0, BEAT_NANOS, TimeUnit.NANOSECONDS);
  }

  private synchronized void beat() {
    long now = System.nanoTime();
    at[next] = now;
    late[next] = Math.max(0, now - last - BEAT_NANOS);
    last = now;
    next = (next + 1) % REMEMBERED;
  }

  /** By how much all beats together were late within the last so many nanoseconds. */
  synchronized long lateNanos(long windowNanos) {
    long from = System.nanoTime() - windowNanos;
    long sum = Math.max(0, System.nanoTime() - last - BEAT_NANOS);
    for (int i = 0; i < REMEMBERED; i++) {
      sum += at[i] != 0 && at[i] - from >= 0 ? late[i] : 0;
    }
    return sum;
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
