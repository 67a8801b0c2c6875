package org.bulkhead.testkit.internal;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits that have a deadline and say what they waited for. */
public final class Await {

  /** Far beyond what anything takes, even on a machine that does ten other things. */
  public static final Duration DEADLINE = Duration.ofSeconds(20);

  private static final long LOOK_NANOS = 500_000;

  private Await() {}

  /** Waits until a condition holds. */
  public static void until(BooleanSupplier condition, Supplier<String> what) {
    long until = System.nanoTime() + DEADLINE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - until > 0) {
        throw new AssertionError("waited in vain for " + what.get());
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }
}
