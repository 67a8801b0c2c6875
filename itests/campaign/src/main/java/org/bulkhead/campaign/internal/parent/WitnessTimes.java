package org.bulkhead.campaign.internal.parent;

import java.util.StringJoiner;

/** How long the calls of the witness took, and which of them took longer than any may. */
final class WitnessTimes implements AutoCloseable {

  /** The supervisor looks every 90 ms, and promises a hang's end within this of its deadline. */
  private static final int PERIOD_MILLIS = 100;

  /** A call is told of up to a heartbeat after its end, and a heartbeat may be late. */
  private static final long TOLD_WITHIN_NANOS = 1_000_000_000L;

  private final Times calls = new Times();
  private final Pulse pulse = new Pulse();
  private final long boundNanos;

  WitnessTimes(int deadlineMillis) {
    boundNanos = 1_000_000L * (deadlineMillis + PERIOD_MILLIS);
  }

  /**
   * Counts calls.
   *
   * @param micros the times, by spaces
   * @return those that lasted longer than a deadline and a period and the machine's own lateness
   *     explain, in words; empty where there are none
   */
  String add(String micros) {
    StringJoiner slow = new StringJoiner("; ");
    for (String word : micros.split(" ")) {
      if (!word.isEmpty()) {
        long nanos = 1_000L * Long.parseLong(word);
        calls.add(nanos);
        long late = nanos > boundNanos ? pulse.lateNanos(nanos + TOLD_WITHIN_NANOS) : 0;
        if (nanos > boundNanos + late) {
          slow.add(
              "a call of the witness took %d ms, the machine was late by %d ms"
                  .formatted(nanos / 1_000_000, late / 1_000_000));
        }
      }
    }
    return slow.toString();
  }

  Times calls() {
    return calls;
  }

  long boundMillis() {
    return boundNanos / 1_000_000;
  }

  /** Counts no more; what was counted stays. */
  @Override
  public void close() {
    pulse.close();
  }
}
