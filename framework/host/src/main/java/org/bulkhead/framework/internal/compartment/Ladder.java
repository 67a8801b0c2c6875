package org.bulkhead.framework.internal.compartment;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.bulkhead.framework.admin.Rung;

/**
 * Which rung follows a fault: one higher after each, from the lowest again once an incarnation was
 * stable. On the last rung it stays until the restart budget is spent. Not thread-safe.
 */
final class Ladder {

  /** What to do about a fault. */
  record Step(Rung rung, Duration pause) {

    /** For people. */
    @Override
    public String toString() {
      String before =
          switch (rung) {
            case RESTART -> "";
            case CLEAR_HALTS -> "halts cleared and ";
            case RESET -> "device reset and ";
            case CYCLE_PORT -> "port switched off and on and ";
          };
      return before + "restarted after " + pause.toMillis() + " ms";
    }
  }

  private final RestartBudget budget = new RestartBudget();
  private final List<String> tried = new ArrayList<>();
  private Rung last;
  private boolean awaitingDevice;

  /**
   * Counts a fault.
   *
   * @return what to do, or null where nothing but quarantine is left
   */
  Step next(Limits limits, long nowNanos, Tally tally) {
    if (last != null) {
      tally.failed(last);
      last = null;
    }
    Duration pause = budget.fault(limits, nowNanos);
    List<Rung> rungs = limits.ladder();
    // Faults too slow for the period end in quarantine as well, where no life between was stable.
    if (pause == null || tried.size() >= Math.max(rungs.size(), limits.intensity())) {
      return null;
    }
    Rung rung =
        rungs.isEmpty() ? Rung.RESTART : rungs.get(Math.min(tried.size(), rungs.size() - 1));
    tried.add(rung.label());
    last = rung;
    return new Step(rung, pause);
  }

  /** The rung is being climbed now. */
  void climbing(Tally tally) {
    if (last != null) {
      tally.tried(last);
      awaitingDevice = last == Rung.CYCLE_PORT || last == Rung.RESET;
    }
  }

  /** The rung itself could not be done. */
  void impossible(Tally tally, String why) {
    if (last != null) {
      tally.impossible(last);
      tried.set(tried.size() - 1, last.label() + " (impossible: " + why + ")");
      last = null;
      awaitingDevice = false;
    }
  }

  /** The device stays where it is. */
  void stayed() {
    awaitingDevice = false;
  }

  /** An incarnation has lived long enough. */
  void stable(Tally tally) {
    if (last != null) {
      tally.succeeded(last);
    }
    reset();
  }

  /** A device came: where not by the doing of a rung, all begins anew. */
  void arrived() {
    if (awaitingDevice) {
      awaitingDevice = false;
    } else {
      reset();
    }
  }

  /** A person wants it to begin anew. */
  void reset() {
    budget.reset();
    tried.clear();
    last = null;
    awaitingDevice = false;
  }

  int recent() {
    return budget.recent();
  }

  /** What was tried, in words: {@code restart 2 times, then reset}. */
  String tried() {
    List<String> words = new ArrayList<>();
    for (int i = 0; i < tried.size(); ) {
      int end = i;
      while (end < tried.size() && tried.get(end).equals(tried.get(i))) {
        end++;
      }
      words.add(tried.get(i) + (end - i > 1 ? " " + (end - i) + " times" : ""));
      i = end;
    }
    return words.isEmpty() ? "nothing" : words.stream().collect(Collectors.joining(", then "));
  }
}
