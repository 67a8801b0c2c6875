package org.bulkhead.framework.internal.access;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.osgi.service.log.Logger;

/**
 * The device manager's thread: one task at a time, in the order of their times, and none that fails
 * keeps the next from running. Any thread may queue.
 */
final class RunQueue implements AutoCloseable {

  private final Logger log;
  private final ScheduledThreadPoolExecutor thread;

  RunQueue(Logger log) {
    this.log = log;
    this.thread =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread made = new Thread(task, "device-manager");
              made.setDaemon(true);
              return made;
            });
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  void add(Runnable task) {
    add(task, 0);
  }

  void add(Runnable task, long delayNanos) {
    try {
      thread.schedule(() -> guarded(task), delayNanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException closed) {
      log.debug("an event after the device manager's end");
    }
  }

  /** Does something from time to time. */
  void every(Duration period, Runnable task) {
    thread.scheduleWithFixedDelay(
        () -> guarded(task), period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error unexpected) {
      log.error("the device manager goes on after {}", ThirdParty.describe(unexpected), unexpected);
    }
  }

  /** Runs nothing more; what is running is interrupted. */
  @Override
  public void close() {
    thread.shutdownNow();
  }
}
