package org.bulkhead.campaign.internal.parent;

import java.util.Arrays;

/** Exact times: nothing is rounded into classes. */
final class Times {

  private long[] nanos = new long[64];
  private int count;

  void add(long value) {
    if (count == nanos.length) {
      nanos = Arrays.copyOf(nanos, count * 2);
    }
    nanos[count++] = value;
  }

  int count() {
    return count;
  }

  /** Median, the best 99 of 100, and the worst, for people; empty where there are none. */
  String text() {
    return count == 0 ? "" : "%.1f / %.1f / %.1f".formatted(millis(0.5), millis(0.99), millis(1));
  }

  /** The same as JSON. */
  String json() {
    return count == 0
        ? "null"
        : "[%.3f, %.3f, %.3f]".formatted(millis(0.5), millis(0.99), millis(1));
  }

  /** The time that so much of all stay within, in ms. */
  double millis(double part) {
    if (count == 0) {
      return Double.NaN;
    }
    long[] sorted = Arrays.copyOf(nanos, count);
    Arrays.sort(sorted);
    return sorted[Math.min(count - 1, (int) Math.ceil(part * count) - 1)] / 1e6;
  }
}
