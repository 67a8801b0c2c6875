package org.bulkhead.campaign.internal.parent;

import java.io.IOException;
import java.io.PrintStream;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.bulkhead.campaign.internal.plan.Plan;
import org.bulkhead.campaign.internal.plan.Planned;

/** Starts gateways, hands faults out, and counts what comes back. */
public final class Campaign {

  private static final int MOST_FALSE_STARTS = 10;
  private static final int CHUNK = 24;
  private static final long REPORT_NANOS = 10_000_000_000L;

  private final Options options;
  private final Installation gateway;
  private final Plan plan;
  private final WitnessTimes witness;
  private final Tally tally;
  private final PrintStream progress;
  private final long started = System.nanoTime();
  private final Map<String, Integer> next = new HashMap<>();
  private final Map<String, ArrayDeque<Planned>> again = new HashMap<>();

  /** Handed out and not yet counted, with whether it was armed. */
  private final Map<Integer, Boolean> open = new HashMap<>();

  private long reported = started;
  private String heartbeat = "";
  private int lost;

  /** Whether the worker has begun; before, a configuration that comes late may restart it. */
  private boolean ready;

  private int falseStarts;
  private volatile boolean ended;
  private volatile Child child;

  /** A campaign against a gateway that was made ready for it. */
  public Campaign(Options options, Installation gateway, PrintStream progress) {
    this.options = options;
    this.gateway = gateway;
    this.progress = progress;
    plan = new Plan(options.seed(), gateway.points(), Installation.DRIVERS);
    witness = new WitnessTimes(options.callDeadlineMillis());
    tally = new Tally(plan, witness);
    for (String driver : Installation.DRIVERS.keySet()) {
      next.put(driver, plan.following(driver, options.first() - 1));
      again.put(driver, new ArrayDeque<>());
    }
  }

  /** What was counted so far. */
  public Tally tally() {
    return tally;
  }

  /** How long it has run. */
  public long seconds() {
    return (System.nanoTime() - started) / 1_000_000_000L;
  }

  /** Ends it early, from another thread. */
  public void end() {
    ended = true;
    Child running = child;
    if (running != null) {
      running.close();
    }
  }

  /** Whether it was ended early. */
  public boolean isEnded() {
    return ended;
  }

  /** Runs until every fault is counted, or it is ended. Blocks. */
  public void run() throws IOException, InterruptedException {
    try (witness) {
      runAll();
    }
  }

  private void runAll() throws IOException, InterruptedException {
    while (!ended && tally.injected() < options.faults()) {
      try (Child running = Child.start(gateway.home(), options)) {
        child = running;
        String end = follow(running);
        if (!ready && ++falseStarts == MOST_FALSE_STARTS) {
          throw new IOException("the gateway does not stay up: " + gateway.home());
        }
        if (!ended && ready && tally.injected() < options.faults()) {
          lost(end);
        }
      }
    }
  }

  /** Follows one process to its end; says how it ended. */
  private String follow(Child running) {
    ready = false;
    try {
      // What a process says that is being ended is not a campaign's any more.
      for (String line = running.hear(); line != null && !ended; line = running.hear()) {
        String[] words = line.split(" ", 3);
        switch (words[0]) {
          case "READY" -> ready = true;
          case "Q" -> handOut(running, words[1]);
          case "A" -> open.put(Integer.parseInt(words[1]), true);
          case "R" -> count(line, Integer.parseInt(words[1]));
          case "H" -> heartbeat = line.substring(2);
          case "W" -> tally.effect(line.substring(2));
          case "L" -> tally.witness(line.substring(2));
          case "STUCK" -> {
            return hang(running, "an application's thread is kept for ever by " + words[1]);
          }
          case "X" -> throw new IllegalStateException("the worker failed: " + line);
          default -> {}
        }
        report();
        if (tally.injected() >= options.faults()) {
          return "done";
        }
      }
      return "died";
    } catch (SocketTimeoutException silent) {
      return hang(running, "hung: said nothing for half a minute");
    }
  }

  private String hang(Child running, String how) {
    Path threads = gateway.home().resolve("threads-" + tally.deaths() + ".txt");
    running.dump(threads);
    return how + "; its threads: " + threads;
  }

  private void handOut(Child running, String driver) {
    for (int i = 0; i < CHUNK; i++) {
      Planned fault = again.get(driver).poll();
      if (fault == null) {
        int index = next.get(driver);
        if (index - options.first() >= options.faults()) {
          return;
        }
        next.put(driver, plan.following(driver, index));
        fault = plan.fault(index);
      }
      open.put(fault.index(), false);
      running.say((options.blank() ? fault.harmless() : fault).line());
    }
  }

  private void count(String line, int index) {
    open.remove(index);
    tally.add(Result.parse(plan.fault(index), line));
  }

  /** The process is gone: those that were armed did it, the others are handed out again. */
  private void lost(String how) throws IOException {
    StringBuilder armed = new StringBuilder();
    int before = tally.injected();
    open.forEach(
        (index, wasArmed) -> {
          Planned fault = plan.fault(index);
          if (wasArmed) {
            armed.append(armed.isEmpty() ? "" : "; ").append(plan.describe(fault));
            tally.add(Result.fatal(fault, how));
          } else {
            again.get(fault.driver()).add(fault);
          }
        });
    open.clear();
    tally.death(how + "; armed: " + armed);
    progress.println("campaign: the host " + how + "; armed: " + armed);
    lost = tally.injected() == before ? lost + 1 : 0;
    if (lost == 3) {
      throw new IOException("the gateway dies without a fault: " + gateway.home());
    }
  }

  private void report() {
    long now = System.nanoTime();
    if (now - reported > REPORT_NANOS) {
      reported = now;
      double done = (double) tally.injected() / options.faults();
      long left = done == 0 ? 0 : (long) (seconds() / done * (1 - done));
      progress.printf(
          "campaign: %5.1f %% in %d s, %d s to go; %s; heap MiB, threads, classes, rounds beside:"
              + " %s%n",
          100 * done, seconds(), left, tally.progress(), heartbeat);
    }
  }
}
