package org.bulkhead.campaign.internal.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.bulkhead.campaign.internal.plan.Planned;
import org.bulkhead.campaign.internal.worker.Deviation.Kind;
import org.bulkhead.framework.admin.CompartmentInfo;
import org.bulkhead.framework.admin.CompartmentState;
import org.bulkhead.framework.admin.DeviceInfo;
import org.bulkhead.framework.admin.FaultInfo;
import org.bulkhead.framework.admin.Gateway;
import org.bulkhead.framework.admin.NoSuchTargetException;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;

/**
 * One driver, its device, the load on it, and the faults, one after another. A thread of its own;
 * faults are told to it from another.
 */
final class Lane implements Runnable {

  private static final int REQUEST_BELOW = 4;
  private static final int PERMANENT_ROUNDS = 16;
  private static final int CHAOS_ROUNDS = 6;
  private static final int ATTEMPTS = 6;
  private static final long RUNNING_NANOS = 4_000_000_000L;
  private static final long POLL_NANOS = 500_000L;
  private static final long IDLE_MILLIS = 500;

  /** Well within the restart intensity, so that no fault pays for those before it. */
  private static final int FAULTS_UNTIL_RESET = 3;

  private final Gateway gateway;
  private final Bundle driver;
  private final String location;
  private final Armament armament;
  private final Path jar;
  private final Link link;
  private final boolean control;
  private final BlockingQueue<Planned> queue = new LinkedBlockingQueue<>();
  private Load load;
  private volatile Thread thread;
  private volatile long roundSince;
  private volatile boolean hung;
  private volatile Planned current;

  // Of the fault that is armed.
  private volatile long detectedAt;
  private volatile long recoveredAt;
  private volatile String kind = "-";
  private volatile boolean quarantined;
  private volatile String message = "";
  private int sinceReset;
  private int abandoned;

  /** The last fault that was reached; what is seen before another one is, is its doing still. */
  private Planned struck;

  private Outcome struckOutcome;

  Lane(
      Gateway gateway,
      Bundle driver,
      String location,
      Armament armament,
      Path jar,
      Link link,
      boolean control) {
    this.gateway = gateway;
    this.driver = driver;
    this.location = location;
    this.armament = armament;
    this.jar = jar;
    this.link = link;
    this.control = control;
  }

  void load(Load work) {
    load = work;
  }

  String location() {
    return location;
  }

  Planned current() {
    return current;
  }

  void add(Planned fault) {
    queue.add(fault);
  }

  /** The framework found a fault in this driver. */
  void fault(FaultInfo fault) {
    if (!fault.location().equals(location)) {
      return;
    }
    if (detectedAt == 0) {
      kind = fault.kind();
      message = fault.message();
      detectedAt = System.nanoTime();
      Planned armed = current;
      if (armed != null && !armed.permanent()) {
        armament.disarm();
      }
    }
    sinceReset++;
    if (fault.action().equals("quarantined")) {
      quarantined = true;
    }
  }

  /** Something came through. */
  void progress() {
    if (detectedAt != 0 && recoveredAt == 0) {
      recoveredAt = System.nanoTime();
    }
  }

  /** Whether the driver was found at fault since the current one was armed. */
  boolean disturbed() {
    return detectedAt != 0;
  }

  /** Ends a round that never ends by itself; says how long it is past that. */
  long interruptAfter(long nanos) {
    long since = roundSince;
    long over = since == 0 ? 0 : System.nanoTime() - since - nanos;
    if (over > 0) {
      hung = true;
      thread.interrupt();
    }
    return over;
  }

  @Override
  public void run() {
    thread = Thread.currentThread();
    try {
      while (true) {
        if (queue.size() < REQUEST_BELOW) {
          link.say("Q " + driver.getSymbolicName());
        }
        Planned next = queue.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS);
        if (next == null) {
          tell();
          next = queue.take();
        }
        current = next;
        link.say("A " + next.index());
        Outcome outcome = inject(next);
        current = null;
        told(next, outcome);
      }
    } catch (InterruptedException over) {
      Thread.currentThread().interrupt();
    }
  }

  /** Each fault is told of once nothing more can come of it. */
  private void told(Planned fault, Outcome outcome) {
    if (outcome.activated) {
      tell();
      struck = fault;
      struckOutcome = outcome;
    } else if (outcome.unprovoked && struck != null) {
      struckOutcome.later(outcome);
      link.say(new Outcome().line(fault.index()));
    } else {
      link.say(outcome.line(fault.index()));
    }
  }

  private void tell() {
    if (struck != null) {
      link.say(struckOutcome.line(struck.index()));
      struck = null;
    }
  }

  private Outcome inject(Planned fault) {
    Outcome outcome = new Outcome();
    if (sinceReset >= FAULTS_UNTIL_RESET) {
      restart();
    }
    detectedAt = 0;
    recoveredAt = 0;
    kind = "-";
    message = "";
    quarantined = false;
    long twice = load.twice();
    armament.arm(fault);
    if (fault.attach()) {
      restart();
    }
    underFault(fault, outcome);
    armament.disarm();
    outcome.activated = armament.fired();
    if (outcome.activated || outcome.manifested || detectedAt != 0) {
      judge(fault, outcome, twice);
    }
    return outcome;
  }

  private void underFault(Planned fault, Outcome outcome) {
    // A transfer that waits for data suffers when the data comes, which may be rounds later.
    int rounds = fault.permanent() ? PERMANENT_ROUNDS : fault.chaos().isEmpty() ? 2 : CHAOS_ROUNDS;
    for (int i = 0; i < rounds && !quarantined; i++) {
      if (!attempt(outcome) && !fault.permanent()
          || !armament.fired()
          || detectedAt != 0 && !fault.permanent()) {
        return;
      }
    }
  }

  /** One round; whether nothing was amiss. */
  private boolean attempt(Outcome outcome) {
    hung = false;
    roundSince = System.nanoTime();
    try {
      load.round();
      return true;
    } catch (Deviation seen) {
      outcome.manifested = true;
      Kind seenKind = hung ? Kind.BEYOND : seen.kind();
      switch (seenKind) {
        case TOLD -> outcome.told = true;
        case WRONG -> outcome.silent |= detectedAt == 0 && !outcome.told;
        case BEYOND -> {
          // Without supervision nobody promised anything.
          outcome.escaped = true;
          outcome.note((hung ? "never ended: " : "beyond the contract: ") + seen.getMessage());
        }
      }
      if (outcome.note.isEmpty()) {
        outcome.note(seen.getMessage());
      }
      return false;
    } finally {
      roundSince = 0;
      if (hung) {
        Thread.interrupted();
      }
    }
  }

  private void judge(Planned fault, Outcome outcome, long twiceBefore) {
    outcome.recovered = mend(outcome);
    outcome.detected = detectedAt != 0;
    outcome.manifested |= outcome.detected;
    outcome.quarantined = quarantined;
    outcome.unprovoked = !outcome.activated;
    outcome.kind = kind;
    if (outcome.unprovoked && !message.isEmpty()) {
      outcome.note(message);
    }
    if (outcome.detected && outcome.activated) {
      long firedAt = armament.firedAt();
      if (firedAt != 0) {
        outcome.detectedNanos = Math.max(0, detectedAt - firedAt);
      }
      if (recoveredAt != 0 && !quarantined && !fault.permanent()) {
        outcome.recoveredNanos = recoveredAt - detectedAt;
      }
    }
    if (!outcome.recovered) {
      outcome.escaped = true;
      outcome.note("does not recover");
    }
    if (load.twice() > twiceBefore) {
      outcome.twice = true;
      // A driver that errs may send twice by itself; the framework and the bus must not make it.
      outcome.escaped |= !fault.chaos().isEmpty();
      outcome.note("the device did twice what was asked for once");
    }
    CompartmentInfo info = info();
    if (info != null && info.abandonedThreads() > abandoned) {
      abandoned = info.abandonedThreads();
      outcome.escaped = true;
      outcome.note("a thread was left behind");
    }
  }

  /** With the fault gone: is everything as it was, by itself, by a complaint, by an update? */
  private boolean mend(Outcome outcome) {
    for (int i = 0; i < ATTEMPTS; i++) {
      if (quarantined || i > 0) {
        boolean released = quarantined;
        if (released || i > 1 || outcome.silent || outcome.told) {
          outcome.complained |= !released;
          restart();
        }
        load.settle();
      }
      awaitRunning();
      if (attempt(outcome)) {
        return true;
      }
      if (control) {
        restart();
        return false;
      }
    }
    try {
      outcome.updated = true;
      driver.update(Files.newInputStream(jar));
      awaitRunning();
      armament.load();
    } catch (BundleException | IOException | IllegalStateException failed) {
      outcome.note("cannot be updated: " + failed.getMessage());
    }
    load.settle();
    return attempt(outcome);
  }

  /** What an administrator does, or an application that complains. */
  private void restart() {
    int before = incarnation();
    try {
      gateway.restart(location);
      sinceReset = 0;
    } catch (NoSuchTargetException away) {
      // Unplugged just now; it starts when it is back.
    }
    awaitLife(before + 1);
  }

  private void awaitRunning() {
    awaitLife(0);
  }

  private int incarnation() {
    CompartmentInfo info = info();
    return info == null ? 0 : info.incarnation();
  }

  /** Waits until this life or a later one runs, or has been given up. */
  private void awaitLife(int number) {
    long until = System.nanoTime() + RUNNING_NANOS;
    while (System.nanoTime() - until < 0) {
      CompartmentInfo info = info();
      if (info != null
          && info.incarnation() >= number
          && (info.state() == CompartmentState.RUNNING
              || info.state() == CompartmentState.QUARANTINED)) {
        return;
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private CompartmentInfo info() {
    for (DeviceInfo device : gateway.devices()) {
      if (device.identity().location().equals(location)) {
        for (CompartmentInfo compartment : device.compartments()) {
          return compartment;
        }
      }
    }
    return null;
  }
}
