package org.bulkhead.framework.internal.compartment;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * Runs tasks one after another on a thread of a shared pool, so that a thousand idle compartments
 * hold no thread. The thread stays for a while after the last task: a stream of completions neither
 * allocates nor starts anything.
 */
public final class SerialExecutor implements Executor {

  private final Executor threads;
  private final long lingerMillis;
  private final Consumer<Throwable> onThrown;
  private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
  private final Runnable work = this::work;
  private boolean working;
  private boolean closed;

  /**
   * An executor without tasks.
   *
   * @param threads where its thread comes from
   * @param lingerMillis how long the thread stays after the last task
   * @param onThrown told what a task threw; the next one runs all the same
   */
  public SerialExecutor(Executor threads, long lingerMillis, Consumer<Throwable> onThrown) {
    this.threads = threads;
    this.lingerMillis = lingerMillis;
    this.onThrown = onThrown;
  }

  /** Queues a task; after {@link #close} it is dropped. */
  @Override
  public void execute(Runnable task) {
    synchronized (queue) {
      if (closed) {
        return;
      }
      queue.add(task);
      if (working) {
        queue.notifyAll();
        return;
      }
      working = true;
    }
    boolean started = false;
    try {
      threads.execute(work);
      started = true;
    } catch (RejectedExecutionException over) {
      // The gateway has stopped; nothing of it is to happen any more.
      close();
    } finally {
      if (!started) {
        // Without a thread, or without memory for one: the next call tries again.
        synchronized (queue) {
          working = false;
        }
      }
    }
  }

  /** Drops what is queued and lets the thread go as soon as its task returns. */
  public void close() {
    synchronized (queue) {
      closed = true;
      queue.clear();
      queue.notifyAll();
    }
  }

  private void work() {
    for (Runnable task = next(); task != null; task = next()) {
      try {
        task.run();
      } catch (Throwable thrown) {
        tell(thrown);
      }
    }
  }

  private void tell(Throwable thrown) {
    try {
      onThrown.accept(thrown);
    } catch (Throwable hostile) {
      // Even what was thrown may throw, and the queue must go on.
    }
  }

  private Runnable next() {
    synchronized (queue) {
      if (queue.isEmpty() && !closed && lingerMillis > 0) {
        try {
          queue.wait(lingerMillis);
        } catch (InterruptedException late) {
          // Meant for a task that has ended; the thread goes back to its pool clean.
        }
      }
      working = !queue.isEmpty();
      return queue.poll();
    }
  }
}
