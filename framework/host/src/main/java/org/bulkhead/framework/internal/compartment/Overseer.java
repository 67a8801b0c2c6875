package org.bulkhead.framework.internal.compartment;

import java.util.concurrent.TimeUnit;

/**
 * Looks at who is inside a driver, tick by tick: whether he gets on, what he waits for and what he
 * uses up. All of it is sampled from outside; a call that is over within a tick costs nothing and
 * is seen by nobody. Used by the supervisor's thread only.
 */
final class Overseer {

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  /** A share of the processor that nobody has who waits, and everybody who loops. */
  private static final int LOOP_SHARE = 20;

  private final Consumption consumption = new Consumption();
  private Incarnation incarnation;
  private Thread thread;
  private long occupancy;
  private long ticks;
  private long allowedUntil;
  private long firstCpu;
  private long firstBytes;
  private long progressCpu;
  private long progressNanos;
  private long waiting;
  private long errors;
  private long errorsSince;

  /**
   * Looks in.
   *
   * @return what is wrong, or null
   */
  Fault look(Incarnation current, long nowNanos, Limits limits) {
    if (current != incarnation) {
      incarnation = current;
      thread = null;
      errors = current.errors();
      errorsSince = nowNanos;
      consumption.begin(nowNanos, current.occupancy());
    }
    Thread overdue = current.overdue(nowNanos);
    Fault fault = storm(nowNanos, limits.budget());
    if (fault == null) {
      fault = inside(current, nowNanos, limits.budget());
    }
    return fault == null && overdue != null ? hang(overdue, nowNanos) : fault;
  }

  /** There is nobody to look at; what was seen last would keep its device's memory. */
  void forget() {
    incarnation = null;
    thread = null;
    consumption.nobody();
  }

  private Fault storm(long nowNanos, Budget budget) {
    long elapsed = nowNanos - errorsSince;
    if (elapsed < SECOND) {
      return null;
    }
    long now = incarnation.errors();
    long perSecond = (long) ((now - errors) * (double) SECOND / elapsed);
    errors = now;
    errorsSince = nowNanos;
    return budget.errorsPerSecond() > 0 && perSecond > budget.errorsPerSecond()
        ? new Fault(
            FaultKind.IO_ERRORS,
            perSecond + " failed transfers in a second; " + budget.errorsPerSecond() + " are borne",
            "")
        : null;
  }

  private Fault inside(Incarnation current, long nowNanos, Budget budget) {
    Thread inside = current.occupant();
    long entry = current.occupancy();
    if (inside == null) {
      thread = null;
      consumption.nobody();
      return null;
    }
    long cpu = ThreadMeter.cpuNanos(inside);
    long bytes = ThreadMeter.allocatedBytes(inside);
    Fault fault = consumption.look(inside, entry, nowNanos, cpu, bytes, budget.sustained());
    if (fault != null) {
      return fault;
    }
    if (inside != thread || entry != occupancy) {
      thread = inside;
      occupancy = entry;
      ticks = 0;
      waiting = 0;
      return null;
    }
    if (current.occupant() != inside || current.occupancy() != occupancy) {
      // He left meanwhile: what was measured is not the driver's.
      thread = null;
      return null;
    }
    if (ticks++ == 0) {
      firstCpu = cpu;
      firstBytes = bytes;
    }
    if (ticks == 1 || current.allowedUntil() != allowedUntil) {
      allowedUntil = current.allowedUntil();
      progressCpu = cpu;
      progressNanos = nowNanos;
    }
    return exceeded(inside, cpu, bytes, budget);
  }

  private Fault exceeded(Thread inside, long cpu, long bytes, Budget budget) {
    if (budget.allocatedBytes() > 0 && bytes - firstBytes > budget.allocatedBytes()) {
      return Fault.stack(
          FaultKind.ALLOCATION,
          "one call allocated %d MiB; %d are borne"
              .formatted((bytes - firstBytes) >> 20, budget.allocatedBytes() >> 20),
          inside);
    }
    long cpuBudget = budget.cpu().toNanos();
    if (cpuBudget > 0 && cpu - firstCpu > cpuBudget) {
      return Fault.stack(
          FaultKind.CPU,
          "one call took %d ms of processor time; %d are borne"
              .formatted(TimeUnit.NANOSECONDS.toMillis(cpu - firstCpu), budget.cpu().toMillis()),
          inside);
    }
    return deadlock(inside);
  }

  /** Looked for in the second tick of a wait, and then ever more seldom, as it stops the JVM. */
  private Fault deadlock(Thread inside) {
    if (!ThreadMeter.waitsForOwner(inside)) {
      waiting = 0;
      return null;
    }
    waiting++;
    return waiting > 1 && Long.bitCount(waiting) == 1 ? hopeless(inside) : null;
  }

  private static Fault hopeless(Thread inside) {
    String circle = ThreadMeter.deadlock(inside);
    return circle == null ? null : Fault.stack(FaultKind.DEADLOCK, circle, inside);
  }

  private Fault hang(Thread overdue, long nowNanos) {
    String where = " without progress past the deadline, in " + overdue.getName();
    Fault deadlock = hopeless(overdue);
    if (deadlock != null) {
      return deadlock;
    }
    // On a machine so busy that it was never looked at before, its state is all that is known.
    boolean busy =
        overdue != thread
            || ticks < 2
            || (ThreadMeter.cpuNanos(overdue) - progressCpu) * LOOP_SHARE
                > nowNanos - progressNanos;
    return busy && overdue.getState() == Thread.State.RUNNABLE
        ? Fault.stack(FaultKind.LOOP, "runs" + where, overdue)
        : Fault.stack(FaultKind.HANG, "waits" + where, overdue);
  }
}
