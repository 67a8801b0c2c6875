package org.bulkhead.transport.chaos.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bulkhead.transport.chaos.Chaos;
import org.bulkhead.transport.chaos.ChaosFault;
import org.bulkhead.transport.chaos.ChaosRule;

/** Which transfer suffers. Thread-safe; where nothing is armed, one volatile read a transfer. */
final class Plans {

  /** A fault that strikes a transfer. */
  record Strike(ChaosFault fault, Duration delay) {}

  /** A rule and what is left of it. */
  private final class Plan implements Chaos.Armed {

    private final ChaosRule rule;
    private int skip;
    private long struck;
    private long firstStruckNanos;
    private long lastStruckNanos;

    Plan(ChaosRule rule) {
      this.rule = rule;
      skip = rule.skip();
    }

    boolean fits(String location, int endpointAddress) {
      return (rule.location().isEmpty() || rule.location().equals(location))
          && (rule.endpointAddress() == ChaosRule.ANY_ENDPOINT
              || rule.endpointAddress() == endpointAddress);
    }

    @Override
    public long struck() {
      synchronized (Plans.this) {
        return struck;
      }
    }

    @Override
    public long firstStruckNanos() {
      synchronized (Plans.this) {
        return firstStruckNanos;
      }
    }

    @Override
    public long lastStruckNanos() {
      synchronized (Plans.this) {
        return lastStruckNanos;
      }
    }

    void strike() {
      lastStruckNanos = System.nanoTime();
      firstStruckNanos = struck == 0 ? lastStruckNanos : firstStruckNanos;
      struck++;
    }

    @Override
    public void close() {
      remove(this);
    }
  }

  private final List<Plan> plans = new ArrayList<>();
  private final Map<ChaosFault, Long> struck = new EnumMap<>(ChaosFault.class);
  private final int ratePerMillion;
  private final SplittableRandom random;
  private final List<ChaosFault> atRandom;
  private final Duration delay;
  private volatile boolean any;

  Plans(int ratePerMillion, long seed, List<ChaosFault> atRandom, Duration delay) {
    this.ratePerMillion = atRandom.isEmpty() ? 0 : ratePerMillion;
    this.random = new SplittableRandom(seed);
    this.atRandom = atRandom;
    this.delay = delay;
    any = this.ratePerMillion > 0;
    for (ChaosFault fault : ChaosFault.values()) {
      struck.put(fault, 0L);
    }
  }

  synchronized Chaos.Armed arm(ChaosRule rule) {
    Plan plan = new Plan(rule);
    plans.add(plan);
    any = true;
    return plan;
  }

  private synchronized void remove(Plan plan) {
    plans.remove(plan);
    any = ratePerMillion > 0 || !plans.isEmpty();
  }

  synchronized void clear() {
    plans.clear();
    any = ratePerMillion > 0;
  }

  synchronized Map<ChaosFault, Long> struck() {
    return new EnumMap<>(struck);
  }

  /** What strikes a transfer that is being submitted, or null. */
  Strike next(String location, int endpointAddress) {
    return any ? choose(location, endpointAddress) : null;
  }

  private synchronized Strike choose(String location, int endpointAddress) {
    for (Plan plan : plans) {
      if (plan.fits(location, endpointAddress)) {
        if (plan.skip > 0) {
          plan.skip--;
          continue;
        }
        plan.strike();
        if (plan.struck == plan.rule.count()) {
          remove(plan);
        }
        return counted(new Strike(plan.rule.fault(), plan.rule.delay()));
      }
    }
    if (ratePerMillion > 0 && random.nextInt(1_000_000) < ratePerMillion) {
      return counted(new Strike(atRandom.get(random.nextInt(atRandom.size())), delay));
    }
    return null;
  }

  private Strike counted(Strike strike) {
    struck.merge(strike.fault(), 1L, Long::sum);
    return strike;
  }
}
