package org.bulkhead.framework.internal.usb;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What a transfer is doing, and the number of its latest wait for a window, as one word: who has
 * one of its waits in mind cannot end another. Changed by any thread, locks and allocates nothing.
 */
final class TransferState {

  enum Phase {
    /** In the driver's hands. */
    IDLE,
    /** At a {@link Window}. */
    WAITING,
    /** At the transport. */
    FLYING,
    /** The framework notes how it ended without the transport. */
    LANDING,
    /** It ended; the driver has not taken it back yet. */
    LANDED,
    FREED;

    static final Phase[] ALL = values();
  }

  private static final int PHASE_BITS = 3;
  private static final long PHASE = (1 << PHASE_BITS) - 1;

  private final AtomicLong word = new AtomicLong();

  boolean is(Phase phase) {
    return (word.get() & PHASE) == phase.ordinal();
  }

  /** Goes from one phase to another; false, and nothing happens, where it is not in the first. */
  boolean move(Phase from, Phase to) {
    long seen = word.get();
    return (seen & PHASE) == from.ordinal()
        && word.compareAndSet(seen, seen & ~PHASE | to.ordinal());
  }

  /**
   * An idle one waits; on the driver's thread. One that is freed stays so.
   *
   * @return the number of this wait
   */
  int startWait() {
    long seen = word.get() & ~PHASE;
    int number = (int) (seen >>> PHASE_BITS) + 1;
    word.compareAndSet(seen | Phase.IDLE.ordinal(), waiting(number));
    return number;
  }

  /** Ends a wait; false, and nothing happens, where it is over, whatever came after it. */
  boolean endWait(int number, Phase to) {
    long seen = waiting(number);
    return word.compareAndSet(seen, seen & ~PHASE | to.ordinal());
  }

  private static long waiting(int number) {
    return Integer.toUnsignedLong(number) << PHASE_BITS | Phase.WAITING.ordinal();
  }

  /** Frees it. Returns what it was doing. */
  Phase free() {
    return Phase.ALL[(int) (word.getAndSet(Phase.FREED.ordinal()) & PHASE)];
  }
}
