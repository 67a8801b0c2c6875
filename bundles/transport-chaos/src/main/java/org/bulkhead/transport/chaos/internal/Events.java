package org.bulkhead.transport.chaos.internal;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The thread on which happens what no transport did. */
final class Events {

  private static final long END_MILLIS = 2_000;

  private final ScheduledThreadPoolExecutor thread;

  Events(String transport) {
    thread =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread made = new Thread(task, "chaos-" + transport);
              made.setDaemon(true);
              return made;
            });
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  void execute(Runnable task) {
    after(Duration.ZERO, task);
  }

  void after(Duration delay, Runnable task) {
    try {
      thread.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException over) {
      // The watch has ended, and every transfer with it.
    }
  }

  void close() {
    thread.shutdown();
    try {
      thread.awaitTermination(END_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
