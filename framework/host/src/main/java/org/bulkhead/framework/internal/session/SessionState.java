package org.bulkhead.framework.internal.session;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.bulkhead.device.contract.DeviceSession.Availability;
import org.bulkhead.device.contract.DeviceSession.Listener;
import org.bulkhead.device.contract.DeviceSession.Listening;
import org.bulkhead.framework.internal.compartment.SerialExecutor;

/** What all views of one session share: who serves it, its settings and who listens. */
public final class SessionState {

  /** Made on each incarnation. */
  final Map<Integer, Object[]> settings = new LinkedHashMap<>();

  volatile Binding binding;
  private final Supplier<SerialExecutor> queues;
  private final Map<Long, Told> listeners = new ConcurrentHashMap<>();
  private final AtomicLong nextListener = new AtomicLong();
  private String absence = "has no driver yet";
  private boolean refused;
  private Availability told = Availability.WAITING;

  private record Told(Listener listener, SerialExecutor queue) {}

  SessionState(Supplier<SerialExecutor> queues) {
    this.queues = queues;
  }

  /** Why it is not available. */
  synchronized String absence() {
    return absence;
  }

  synchronized boolean refused() {
    return refused;
  }

  synchronized Availability availability() {
    if (binding != null) {
      return Availability.AVAILABLE;
    }
    return refused ? Availability.REFUSED : Availability.WAITING;
  }

  /** A caller met the end of an incarnation before the compartment said so. */
  synchronized void forget(Binding ended) {
    if (binding == ended) {
      binding = null;
      absence = "its driver is being restarted";
      tell();
    }
  }

  synchronized void connect(Binding next) {
    binding = next;
    refused = false;
    notifyAll();
    tell();
  }

  synchronized void disconnect(String why, boolean forGood) {
    binding = null;
    absence = why;
    refused = forGood;
    notifyAll();
    tell();
  }

  /** Queued under the lock, so that everybody hears of changes in their order. */
  private void tell() {
    Availability now = availability();
    if (now == told) {
      return;
    }
    told = now;
    String why = now == Availability.AVAILABLE ? "" : absence;
    listeners.values().forEach(each -> each.queue.execute(() -> each.listener.changed(now, why)));
  }

  Listening listen(Listener listener) {
    long key = nextListener.incrementAndGet();
    Told added = new Told(listener, queues.get());
    listeners.put(key, added);
    return () -> {
      listeners.remove(key);
      added.queue.close();
    };
  }
}
