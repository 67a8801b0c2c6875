package org.bulkhead.campaign.internal.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.bulkhead.campaign.internal.plan.Planned;
import org.bulkhead.campaign.internal.worker.Deviation.Kind;
import org.bulkhead.framework.admin.FaultInfo;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;

/**
 * One driver, its device, the load on it, and the faults, one after another. A thread of its own;
 * faults are told to it from another.
 */
final class Lane implements Runnable, Beside {

  private static final int REQUEST_BELOW = 4;
  private static final int PERMANENT_ROUNDS = 16;

  /** Rounds after those, in which an application complains; six complaints are one too many. */
  private static final int COMPLAINED_ROUNDS = 32;

  private static final int MOST_COMPLAINTS = 12;
  private static final String COMPLAINT = "complaint";
  private static final int CHAOS_ROUNDS = 6;
  private static final int ATTEMPTS = 6;
  private static final long IDLE_MILLIS = 500;

  /** Well within the restart intensity, so that no fault pays for those before it. */
  private static final int FAULTS_UNTIL_RESET = 3;

  private final Keeper keeper;
  private final Bundle driver;
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
  private volatile int found;
  private volatile String message = "";
  private int sinceReset;
  private int abandoned;

  /** When the last round began that was good; what struck before has shown all it will. */
  private volatile long goodSince = System.nanoTime();

  /** When the life began in which the present round did. */
  private volatile long roundLife;

  /** The last fault that was reached; what is seen before another one is, is its doing still. */
  private Planned struck;

  private Outcome struckOutcome;

  Lane(Keeper keeper, Bundle driver, Armament armament, Path jar, Link link, boolean control) {
    this.keeper = keeper;
    this.driver = driver;
    this.armament = armament;
    this.jar = jar;
    this.link = link;
    this.control = control;
  }

  void load(Load work) {
    load = work;
  }

  String location() {
    return keeper.location();
  }

  Planned current() {
    return current;
  }

  void add(Planned fault) {
    queue.add(fault);
  }

  /** The framework found a fault in this driver. */
  void fault(FaultInfo fault) {
    if (!fault.location().equals(location())) {
      return;
    }
    // What this harness complains of, the framework did not find.
    if (detectedAt == 0 && !fault.kind().equals(COMPLAINT)) {
      kind = fault.kind();
      message = fault.message();
      detectedAt = System.nanoTime();
      Planned armed = current;
      if (armed != null && !armed.permanent()) {
        armament.disarm();
      }
    }
    sinceReset++;
    found++;
    if (fault.action().equals("quarantined")) {
      quarantined = true;
    }
  }

  @Override
  public void progress() {
    if (detectedAt != 0 && recoveredAt == 0) {
      recoveredAt = System.nanoTime();
    }
  }

  @Override
  public boolean disturbed() {
    return detectedAt != 0;
  }

  @Override
  public long life() {
    return armament.lifeSince();
  }

  @Override
  public boolean sound() {
    return cause(0) == Cause.FRAMEWORK;
  }

  /**
   * Whose doing wrong data is that a life vouched for. Where it is 0 nobody knows which, and what
   * has struck since the last good round is to blame, or the life in which this round began: an
   * unplugging may come rounds after the transfer that was struck by it.
   */
  private Cause cause(long life) {
    long good = goodSince;
    return armament.since(life != 0 ? life : roundLife - good < 0 ? roundLife : good);
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
      // What an earlier fault left on its way is not this life's.
      load.settle();
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
      load.settle();
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
    // Of a device that somebody unplugs nobody complains: there is none.
    boolean unplugged = fault.chaos().equals("UNPLUG");
    if (fault.permanent() && !control && !unplugged && (outcome.manifested || detectedAt != 0)) {
      complainUntilGivenUp(outcome);
    }
  }

  /**
   * What the framework does not find often enough itself, an application complains of; at first of
   * what it has seen already, as a fault may show but once in each life of the driver.
   */
  private void complainUntilGivenUp(Outcome outcome) {
    int complaints = 0;
    boolean amiss = outcome.manifested;
    for (int i = 0; i < COMPLAINED_ROUNDS && complaints < MOST_COMPLAINTS && !quarantined; i++) {
      if (amiss) {
        complaints++;
        keeper.complain("the campaign's application: " + outcome.note);
        load.settle();
      }
      keeper.awaitRunning();
      int before = found;
      amiss = (!attempt(outcome) || load.strange()) && found == before;
    }
    outcome.urged = quarantined && complaints > 0;
  }

  /** One round; whether nothing was amiss. */
  private boolean attempt(Outcome outcome) {
    hung = false;
    long began = System.nanoTime();
    roundSince = began;
    roundLife = armament.lifeSince();
    try {
      load.round();
      goodSince = began;
      return true;
    } catch (Deviation seen) {
      outcome.manifested = true;
      Kind seenKind = hung ? Kind.BEYOND : seen.kind();
      switch (seenKind) {
        case TOLD -> outcome.told = true;
        case WRONG -> {
          outcome.silent |= detectedAt == 0 && !outcome.told;
          outcome.wrong(cause(seen.life()));
        }
        case BEYOND -> {
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
    int left = keeper.abandonedThreads();
    if (left > abandoned) {
      abandoned = left;
      outcome.escaped = true;
      outcome.note("a thread was left behind");
    }
  }

  /**
   * With the fault gone: is everything as it was, by itself, by a complaint, by an update? Who was
   * told that a call failed makes it again first; who got wrong data unnoticed has to complain.
   */
  private boolean mend(Outcome outcome) {
    for (int i = 0; i < ATTEMPTS; i++) {
      // Which may be so before it is told of.
      quarantined |= keeper.isGivenUp();
      if (quarantined) {
        checkReason(outcome);
        restart();
      } else if (i > 1 || i > 0 && outcome.silent) {
        outcome.complained = true;
        restart();
      }
      if (quarantined || i > 0) {
        load.settle();
      }
      keeper.awaitRunning();
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
      keeper.awaitRunning();
      armament.load();
    } catch (BundleException | IOException | IllegalStateException failed) {
      outcome.note("cannot be updated: " + failed.getMessage());
    }
    load.settle();
    return attempt(outcome);
  }

  /** Before it is released: whoever looks must find what to do. */
  private void checkReason(Outcome outcome) {
    if (!outcome.reasoned) {
      outcome.reasoned = keeper.isGivenUpWithReason();
      if (!outcome.reasoned) {
        outcome.escaped = true;
        outcome.note("quarantined without a reason to act on: " + keeper.reason());
      }
    }
  }

  private void restart() {
    keeper.restart();
    sinceReset = 0;
  }
}
