package org.bulkhead.framework.internal.compartment;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;

/**
 * Runs tasks one after another on a thread of a shared pool, so that a thousand idle compartments
 * hold no thread. The thread stays for a while after the last task: a stream of completions neither
 * allocates nor starts anything.
 */
final class SerialExecutor implements Executor {

  private final Executor threads;
  private final long lingerMillis;
  private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
  private final Runnable work = this::work;
  private boolean working;
  private boolean closed;

  SerialExecutor(Executor threads, long lingerMillis) {
    this.threads = threads;
    this.lingerMillis = lingerMillis;
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
    threads.execute(work);
  }

  /** Drops what is queued and lets the thread go as soon as its task returns. */
  void close() {
    synchronized (queue) {
      closed = true;
      queue.clear();
      queue.notifyAll();
    }
  }

  private void work() {
    for (Runnable task = next(); task != null; task = next()) {
      task.run();
    }
  }

  private Runnable next() {
    synchronized (queue) {
      if (queue.isEmpty() && !closed && lingerMillis > 0) {
        try {
          queue.wait(lingerMillis);
        } catch (InterruptedException late) {
          // Meant for a task that has ended; the thread goes back to its pool clean.
          working = !queue.isEmpty();
          return queue.poll();
        }
      }
      working = !queue.isEmpty();
      return queue.poll();
    }
  }
}
