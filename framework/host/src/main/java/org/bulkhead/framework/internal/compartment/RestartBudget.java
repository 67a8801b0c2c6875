package org.bulkhead.framework.internal.compartment;

import java.time.Duration;
import java.util.ArrayDeque;

/**
 * Restart intensity as in Erlang/OTP: so many faults within a period are followed by a restart, one
 * more is not. Not thread-safe.
 */
final class RestartBudget {

  private final int intensity;
  private final long periodNanos;
  private final long firstNanos;
  private final long longestNanos;
  private final ArrayDeque<Long> faults = new ArrayDeque<>();

  RestartBudget(Limits limits) {
    intensity = limits.intensity();
    periodNanos = limits.period().toNanos();
    firstNanos = limits.backoff().toNanos();
    longestNanos = limits.backoffMax().toNanos();
  }

  /**
   * Counts a fault.
   *
   * @param nowNanos the time, of any origin
   * @return the pause before the restart, or null where the budget is spent
   */
  Duration fault(long nowNanos) {
    while (!faults.isEmpty() && nowNanos - faults.peekFirst() > periodNanos) {
      faults.removeFirst();
    }
    faults.addLast(nowNanos);
    if (faults.size() > intensity) {
      return null;
    }
    int doublings = Math.min(faults.size() - 1, 30);
    boolean fits = firstNanos <= longestNanos >> doublings;
    return Duration.ofNanos(fits ? firstNanos << doublings : longestNanos);
  }

  /** Faults within the period, as of the last one. */
  int recent() {
    return faults.size();
  }

  void reset() {
    faults.clear();
  }
}
