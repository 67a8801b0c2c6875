package org.bulkhead.framework.internal.input;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.bulkhead.device.input.InputEvent;
import org.bulkhead.device.input.InputListener;
import org.bulkhead.device.input.KeyboardLayout;
import org.osgi.service.log.Logger;

/**
 * Brings the events of all input devices to the listeners. Each has a queue and, while there is
 * something in it, a thread of a pool: so posting never blocks, and one that hangs keeps nothing
 * but its own.
 */
public final class InputHub implements AutoCloseable {

  private record Subscription(ListenerQueue queue, Supplier<Object> locations) {

    boolean wants(InputEvent event) {
      Object wanted = locations.get();
      String location = event.device().location();
      return wanted == null
          || wanted.equals(location)
          || wanted instanceof Object[] several && Arrays.asList(several).contains(location);
    }
  }

  private final KeyboardLayout layout;
  private final Logger log;
  private final Map<Object, Subscription> subscriptions = new ConcurrentHashMap<>();
  private final ExecutorService threads;

  /**
   * A hub without listeners; it starts no thread.
   *
   * @param layout by which keys type text
   * @param log told of listeners that throw
   */
  public InputHub(KeyboardLayout layout, Logger log) {
    this.layout = layout;
    this.log = log;
    AtomicInteger count = new AtomicInteger();
    threads =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "input-" + count.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
  }

  /** By which keys type text. */
  public KeyboardLayout layout() {
    return layout;
  }

  /**
   * Adds a listener.
   *
   * @param key for {@link #remove}
   * @param locations asked for each event: a String or an array of them, null for all devices
   */
  public void add(Object key, InputListener listener, Supplier<Object> locations) {
    subscriptions.put(key, new Subscription(new ListenerQueue(listener, threads, log), locations));
  }

  /** Removes a listener; the event that it is at is its last. */
  public void remove(Object key) {
    Subscription gone = subscriptions.remove(key);
    if (gone != null) {
      gone.queue.close();
    }
  }

  /** Queues an event for everybody who wants it. Does not block, calls nobody. */
  public void post(InputEvent event) {
    for (Subscription subscription : subscriptions.values()) {
      if (subscription.wants(event)) {
        subscription.queue.post(event);
      }
    }
  }

  /** Ends delivery and interrupts who is at an event. */
  @Override
  public void close() {
    subscriptions.keySet().forEach(this::remove);
    threads.shutdownNow();
  }
}
