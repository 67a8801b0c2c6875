package org.bulkhead.framework.internal.compartment;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.bulkhead.framework.admin.FaultInfo;
import org.bulkhead.framework.admin.FaultListener;

/** Tells listeners of faults, each on a queue of its own so that none holds up another. */
final class FaultFeed {

  private static final int MOST_WAITING = 256;

  private record Queue(SerialExecutor calls, AtomicInteger waiting) {}

  private final Map<FaultListener, Queue> listeners = new ConcurrentHashMap<>();
  private final Executor threads;
  private final Consumer<Throwable> onThrown;

  FaultFeed(Executor threads, Consumer<Throwable> onThrown) {
    this.threads = threads;
    this.onThrown = onThrown;
  }

  void add(FaultListener listener) {
    listeners.put(
        listener, new Queue(new SerialExecutor(threads, 0, onThrown), new AtomicInteger()));
  }

  void remove(FaultListener listener) {
    Queue queue = listeners.remove(listener);
    if (queue != null) {
      queue.calls.close();
    }
  }

  /** Queues a fault for each listener. Does not block. */
  void tell(FaultInfo fault) {
    listeners.forEach((listener, queue) -> tell(listener, queue, fault));
  }

  /** Whether one of them is about to replace a bundle that failed. */
  boolean replaces(long bundleId) {
    for (FaultListener listener : listeners.keySet()) {
      try {
        if (listener.replaces(bundleId)) {
          return true;
        }
      } catch (RuntimeException | LinkageError thrown) {
        onThrown.accept(thrown);
      }
    }
    return false;
  }

  private static void tell(FaultListener listener, Queue queue, FaultInfo fault) {
    if (queue.waiting.incrementAndGet() > MOST_WAITING) {
      queue.waiting.decrementAndGet();
      return;
    }
    queue.calls.execute(
        () -> {
          queue.waiting.decrementAndGet();
          listener.fault(fault);
        });
  }
}
