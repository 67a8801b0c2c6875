package org.bulkhead.framework.internal.compartment;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The one thing that a compartment has planned for later. Used by its actor only. */
final class ActorTimer {

  private final ScheduledExecutorService clock;
  private final Executor actor;
  private Future<?> pending;
  private volatile int ticket;

  ActorTimer(ScheduledExecutorService clock, Executor actor) {
    this.clock = clock;
    this.actor = actor;
  }

  /** Plans a task, in place of what was planned before. */
  void schedule(Duration pause, Runnable task) {
    cancel();
    int mine = ticket;
    Runnable unlessCancelled =
        () -> {
          if (isCurrent(mine)) {
            task.run();
          }
        };
    pending =
        clock.schedule(() -> actor.execute(unlessCancelled), pause.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Another one with each plan and each cancellation. */
  int ticket() {
    return ticket;
  }

  /** Whether nothing else was planned since; from any thread. */
  boolean isCurrent(int of) {
    return ticket == of;
  }

  // The actor is the only writer.
  @SuppressWarnings("NonAtomicOperationOnVolatileField")
  void cancel() {
    ticket++;
    if (pending != null) {
      pending.cancel(false);
      pending = null;
    }
  }
}
