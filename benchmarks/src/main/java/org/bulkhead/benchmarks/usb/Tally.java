package org.bulkhead.benchmarks.usb;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;

/** What one run of an engine moved. Counting allocates nothing. */
public final class Tally {

  private static final int SAMPLES = 4 << 20;
  private static final int[] LATENCIES = new int[SAMPLES];
  private static final double[] PERCENTILES = {50, 99, 99.9, 99.99, 100};

  /** Transfers until the state is steady. */
  private static final int SKIPPED = 64;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final long[] ids = onTheWay();
  private final CountDownLatch over = new CountDownLatch(1);
  private final long length;
  private long begun;
  private long until;
  private long ended;
  private long transfers;
  private long bytes;
  private long allocatedBefore = -1;
  private long allocated = -1;
  private int samples;

  /** The caller, the transport's event thread and the drivers' threads. */
  private static long[] onTheWay() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(
            thread ->
                thread == Thread.currentThread()
                    || thread.getName().equals("bulkhead libusb events")
                    || thread.getName().contains("driver-"))
        .mapToLong(Thread::getId)
        .toArray();
  }

  Tally(int millis) {
    length = millis * 1_000_000L;
    begin();
  }

  /** The time runs from here, as in C: what is needed of memory is there. */
  public void begin() {
    begun = System.nanoTime();
    until = begun + length;
  }

  /**
   * Counts a transfer.
   *
   * @param moved bytes
   * @return whether to go on
   */
  public boolean count(int moved) {
    bytes += moved;
    transfers++;
    if (transfers == SKIPPED) {
      allocatedBefore = allocatedByNow();
    }
    long now = System.nanoTime();
    boolean more = now - until < 0;
    if (!more) {
      ended = now;
    }
    if (!more && allocated < 0 && transfers > SKIPPED) {
      allocated = allocatedByNow() - allocatedBefore;
    }
    return more;
  }

  /**
   * Notes a latency.
   *
   * @param nanos how long
   */
  public void note(long nanos) {
    if (samples < SAMPLES) {
      LATENCIES[samples++] = (int) Math.min(nanos, Integer.MAX_VALUE);
    }
  }

  /**
   * When a transfer of an open loop is to begin.
   *
   * @param number of the transfer, from 0
   * @param rate transfers in a second
   * @return the time, as {@link System#nanoTime()}
   */
  public long due(long number, int rate) {
    return begun + number * 1_000_000_000L / rate;
  }

  /**
   * Whether a time is past the run's.
   *
   * @param due the time
   * @return whether it is
   */
  public boolean ends(long due) {
    return due - until >= 0;
  }

  /** Ends a run that goes on after its call returned. */
  public void end() {
    over.countDown();
  }

  void await() throws InterruptedException {
    over.await();
  }

  private long allocatedByNow() {
    long sum = 0;
    for (long id : ids) {
      sum += Math.max(0, threads.getThreadAllocatedBytes(id));
    }
    return sum;
  }

  /**
   * "TRANSFERS BYTES NANOS ALLOCATED", and the latencies where there are any.
   *
   * @param all whether all of them follow, as values of 11 significant bits and their counts
   */
  String line(boolean all) {
    long nanos = (ended == 0 ? System.nanoTime() : ended) - begun;
    StringBuilder line =
        new StringBuilder().append(transfers).append(' ').append(bytes).append(' ').append(nanos);
    line.append(' ').append(Math.max(0, allocated));
    if (samples > 0) {
      Arrays.sort(LATENCIES, 0, samples);
      for (double percentile : PERCENTILES) {
        line.append(' ').append(LATENCIES[(int) ((samples - 1) * percentile / 100)]);
      }
      if (all) {
        histogram(line);
      }
    }
    return line.toString();
  }

  private void histogram(StringBuilder line) {
    for (int i = 0; i < samples; ) {
      int value = rounded(LATENCIES[i]);
      int first = i;
      while (i < samples && rounded(LATENCIES[i]) == value) {
        i++;
      }
      line.append(' ').append(value).append(' ').append(i - first);
    }
  }

  private static int rounded(int value) {
    int shift = Math.max(0, 21 - Integer.numberOfLeadingZeros(value));
    return value >> shift << shift;
  }
}
