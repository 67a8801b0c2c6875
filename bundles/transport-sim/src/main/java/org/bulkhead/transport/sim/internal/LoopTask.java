package org.bulkhead.transport.sim.internal;

/**
 * Something for the event thread to do. Made once and queued many times, at most once at a time.
 */
abstract class LoopTask {

  enum Place {
    NOWHERE,
    READY,
    TIMED
  }

  // Both guarded by the loop.
  Place place = Place.NOWHERE;
  long dueNanos;

  /** Called on the event thread. */
  abstract void run();

  static LoopTask of(Runnable action) {
    return new LoopTask() {
      @Override
      void run() {
        action.run();
      }
    };
  }
}
