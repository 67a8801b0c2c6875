package org.bulkhead.framework.internal.compartment;

import java.time.Duration;
import java.util.ArrayDeque;

/**
 * Restart intensity as in Erlang/OTP: so many faults within a period are followed by a restart, one
 * more is not. Not thread-safe.
 */
final class RestartBudget {

  private final ArrayDeque<Long> faults = new ArrayDeque<>();

  /**
   * Counts a fault.
   *
   * @param limits intensity, period and pauses
   * @param nowNanos the time, of any origin
   * @return the pause before the restart, or null where the budget is spent
   */
  Duration fault(Limits limits, long nowNanos) {
    long periodNanos = limits.period().toNanos();
    while (!faults.isEmpty() && nowNanos - faults.peekFirst() > periodNanos) {
      faults.removeFirst();
    }
    faults.addLast(nowNanos);
    if (faults.size() > limits.intensity()) {
      return null;
    }
    long first = limits.backoff().toNanos();
    long longest = limits.backoffMax().toNanos();
    int doublings = Math.min(faults.size() - 1, 30);
    boolean fits = first <= longest >> doublings;
    return Duration.ofNanos(fits ? first << doublings : longest);
  }

  /** Faults within the period, as of the last one. */
  int recent() {
    return faults.size();
  }

  void reset() {
    faults.clear();
  }
}
