package org.bulkhead.transport.libusb.internal;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Waits that an interrupt does not cut short: what they wait for must be over first. */
final class Waiting {

  private Waiting() {}

  private interface Step {
    boolean waitFor(long nanos) throws InterruptedException;
  }

  /** Waits for a latch until a time of System.nanoTime; false when that passed. */
  static boolean await(CountDownLatch latch, long untilNanos) {
    return uninterrupted(untilNanos, nanos -> latch.await(nanos, TimeUnit.NANOSECONDS));
  }

  /** Waits for a thread's end; false when it did not end in time. */
  static boolean join(Thread thread, long millis) {
    return uninterrupted(
        System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis),
        nanos -> {
          thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos)));
          return !thread.isAlive();
        });
  }

  private static boolean uninterrupted(long untilNanos, Step step) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return step.waitFor(Math.max(0, untilNanos - System.nanoTime()));
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
