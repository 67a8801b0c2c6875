package org.bulkhead.transport.sim.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.bulkhead.transport.sim.SimFaults;

/** The faults of a port. */
final class FaultPlan implements SimFaults {

  private static final class Rule {
    final Fault fault;
    final int endpointAddress;
    int skip;
    int count;

    Rule(Fault fault, int endpointAddress, int skip, int count) {
      this.fault = fault;
      this.endpointAddress = endpointAddress;
      this.skip = skip;
      this.count = count;
    }
  }

  private final List<Rule> rules = new ArrayList<>();
  private final Set<Integer> held = new HashSet<>();
  private volatile boolean any;
  private volatile boolean denied;
  private volatile long latencyNanos;

  @Override
  public synchronized void add(Fault fault, int endpointAddress, int skip, int count) {
    if (skip < 0 || count < 1) {
      throw new IllegalArgumentException("skip " + skip + ", count " + count);
    }
    rules.add(new Rule(fault, endpointAddress, skip, count));
    any = true;
  }

  @Override
  public void latency(Duration latency) {
    latencyNanos = latency.toNanos();
  }

  @Override
  public void denyOpen(boolean value) {
    denied = value;
  }

  @Override
  public synchronized void holdInterface(int interfaceNumber, boolean value) {
    if (value) {
      held.add(interfaceNumber);
    } else {
      held.remove(interfaceNumber);
    }
  }

  @Override
  public synchronized void clear() {
    rules.clear();
    held.clear();
    any = false;
    denied = false;
    latencyNanos = 0;
  }

  long latencyNanos() {
    return latencyNanos;
  }

  boolean denied() {
    return denied;
  }

  synchronized boolean held(int interfaceNumber) {
    return held.contains(interfaceNumber);
  }

  /** What the transfer that comes to the head of an endpoint suffers, or null. */
  Fault take(int endpointAddress) {
    return any ? takeRule(endpointAddress) : null;
  }

  private synchronized Fault takeRule(int endpointAddress) {
    for (Iterator<Rule> all = rules.iterator(); all.hasNext(); ) {
      Rule rule = all.next();
      if (rule.endpointAddress != ANY_ENDPOINT && rule.endpointAddress != endpointAddress) {
        continue;
      }
      if (rule.skip > 0) {
        rule.skip--;
        continue;
      }
      if (--rule.count == 0) {
        all.remove();
        any = !rules.isEmpty();
      }
      return rule.fault;
    }
    return null;
  }
}
