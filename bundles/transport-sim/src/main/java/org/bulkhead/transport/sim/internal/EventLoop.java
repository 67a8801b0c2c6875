package org.bulkhead.transport.sim.internal;

import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * The one thread of a watched bus: tasks in the order in which they were posted, and timed ones in
 * the order of time. Arrivals and departures take turns with all else, as on a real bus transfers
 * do not wait for a thousand devices to be told of.
 *
 * <p>Parks instead of waiting on a condition, because awaiting a condition allocates.
 */
final class EventLoop {

  private static final System.Logger LOG = System.getLogger(EventLoop.class.getName());
  private static final long STOP_SECONDS = 10;

  private final LongSupplier clock;
  private final Thread thread = new Thread(this::loop, "bulkhead-sim-bus");
  private final ArrayDeque<LoopTask> ready = new ArrayDeque<>();
  private final ArrayDeque<LoopTask> changes = new ArrayDeque<>();
  private final PriorityQueue<LoopTask> timed =
      new PriorityQueue<>((a, b) -> Long.signum(a.dueNanos - b.dueNanos));
  private boolean changeBefore;
  private boolean parked;
  private boolean stopping;

  EventLoop(LongSupplier clock) {
    this.clock = clock;
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  long nanoTime() {
    return clock.getAsLong();
  }

  boolean isCurrentThread() {
    return Thread.currentThread() == thread;
  }

  /** Queues a task, ahead of the time it may be waiting for. */
  void post(LoopTask task) {
    boolean wake;
    synchronized (this) {
      if (stopping || task.place == LoopTask.Place.READY) {
        return;
      }
      if (task.place == LoopTask.Place.TIMED) {
        timed.remove(task);
      }
      task.place = LoopTask.Place.READY;
      ready.add(task);
      wake = parked;
    }
    if (wake) {
      LockSupport.unpark(thread);
    }
  }

  /** Queues the news of an arrival or a departure, after those before it. */
  void postChange(LoopTask task) {
    boolean wake;
    synchronized (this) {
      if (stopping) {
        return;
      }
      changes.add(task);
      wake = parked;
    }
    if (wake) {
      LockSupport.unpark(thread);
    }
  }

  /** Queues a task for a time, instead of another time; nothing where it is ready to run. */
  void postAt(LoopTask task, long dueNanos) {
    boolean wake;
    synchronized (this) {
      if (stopping || task.place == LoopTask.Place.READY) {
        return;
      }
      if (task.place == LoopTask.Place.TIMED) {
        timed.remove(task);
      }
      task.place = LoopTask.Place.TIMED;
      task.dueNanos = dueNanos;
      timed.add(task);
      wake = parked && timed.peek() == task;
    }
    if (wake) {
      LockSupport.unpark(thread);
    }
  }

  synchronized void cancel(LoopTask task) {
    if (task.place == LoopTask.Place.TIMED) {
      timed.remove(task);
    } else if (task.place == LoopTask.Place.READY) {
      ready.remove(task);
    }
    task.place = LoopTask.Place.NOWHERE;
  }

  void timePassed() {
    LockSupport.unpark(thread);
  }

  /** Does what was posted so far, then ends the thread and waits for its end. */
  void stop() {
    synchronized (this) {
      stopping = true;
    }
    LockSupport.unpark(thread);
    boolean interrupted = false;
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_SECONDS);
    while (thread.isAlive() && System.nanoTime() < deadline) {
      try {
        thread.join(TimeUnit.SECONDS.toMillis(1));
      } catch (InterruptedException e) {
        // A stop that is given up halfway would leave the thread running.
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      LOG.log(Level.WARNING, "the simulated bus still runs a device model or a completion");
    }
  }

  private void loop() {
    while (true) {
      long wait;
      LoopTask task;
      synchronized (this) {
        task = take();
        if (task == null && stopping) {
          return;
        }
        parked = task == null;
        wait = timed.isEmpty() ? Long.MAX_VALUE : timed.peek().dueNanos - clock.getAsLong();
      }
      if (task != null) {
        run(task);
      } else if (wait > 0) {
        LockSupport.parkNanos(this, wait);
      }
    }
  }

  private LoopTask take() {
    if (!timed.isEmpty() && !stopping) {
      long now = clock.getAsLong();
      while (!timed.isEmpty() && timed.peek().dueNanos - now <= 0) {
        LoopTask due = timed.poll();
        due.place = LoopTask.Place.READY;
        ready.add(due);
      }
    }
    changeBefore = !changes.isEmpty() && (ready.isEmpty() || !changeBefore);
    LoopTask task = changeBefore ? changes.poll() : ready.poll();
    if (task != null) {
      task.place = LoopTask.Place.NOWHERE;
    }
    return task;
  }

  private static void run(LoopTask task) {
    try {
      task.run();
    } catch (RuntimeException | LinkageError | AssertionError e) {
      LOG.log(Level.ERROR, "a completion, listener or device model threw; the bus goes on", e);
    }
  }
}
