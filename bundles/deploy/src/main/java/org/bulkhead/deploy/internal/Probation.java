package org.bulkhead.deploy.internal;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongUnaryOperator;

/**
 * Which bundles are new versions that have not proven themselves yet: a bundle is trusted once it
 * has run for a time and has served some calls, both without a fault. Thread-safe.
 */
final class Probation {

  private final LongUnaryOperator served;
  private final Map<Long, Trial> trials = new ConcurrentHashMap<>();

  private record Trial(long untilNanos, long untilCalls) {}

  /**
   * Nobody is on probation yet.
   *
   * @param served how many calls the drivers of a bundle, given by its id, have served
   */
  Probation(LongUnaryOperator served) {
    this.served = served;
  }

  /**
   * A new version runs, instead of one that did.
   *
   * @param time how long it has to run, zero for no probation at all
   * @param calls how many calls it has to serve
   */
  void begin(long bundleId, Duration time, long calls, long nowNanos) {
    if (!time.isZero()) {
      trials.put(
          bundleId, new Trial(nowNanos + time.toNanos(), served.applyAsLong(bundleId) + calls));
    }
  }

  /** Whether a fault of a bundle, now, is held against its version. */
  boolean covers(long bundleId, long nowNanos) {
    Trial trial = trials.get(bundleId);
    return trial != null
        && (nowNanos - trial.untilNanos < 0 || served.applyAsLong(bundleId) < trial.untilCalls);
  }

  /** A version was replaced, or could not be. */
  void end(long bundleId) {
    trials.remove(bundleId);
  }
}
