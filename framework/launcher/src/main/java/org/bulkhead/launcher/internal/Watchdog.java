package org.bulkhead.launcher.internal;

import java.lang.management.LockInfo;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Acts when something has not ended within a time; closing it in time calls that off. */
final class Watchdog implements AutoCloseable {

  private final CountDownLatch closed = new CountDownLatch(1);

  private Watchdog() {}

  /** Runs the action on a daemon thread of its own after the delay, unless closed before. */
  static Watchdog after(Duration delay, Runnable action) {
    Watchdog watchdog = new Watchdog();
    Thread thread = new Thread(() -> watchdog.await(delay, action), "watchdog");
    thread.setDaemon(true);
    thread.start();
    return watchdog;
  }

  private void await(Duration delay, Runnable action) {
    try {
      if (!closed.await(delay.toMillis(), TimeUnit.MILLISECONDS)) {
        action.run();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closed.countDown();
  }

  /** Every thread with its whole stack and what it waits for. */
  static String threadDump() {
    StringBuilder dump = new StringBuilder();
    for (ThreadInfo thread : ManagementFactory.getThreadMXBean().dumpAllThreads(true, true)) {
      dump.append('"').append(thread.getThreadName()).append("\" ").append(thread.getThreadState());
      LockInfo lock = thread.getLockInfo();
      if (lock != null) {
        dump.append(" on ").append(lock).append(" of ").append(thread.getLockOwnerName());
      }
      dump.append('\n');
      for (StackTraceElement frame : thread.getStackTrace()) {
        dump.append("    at ").append(frame).append('\n');
      }
    }
    return dump.toString();
  }
}
