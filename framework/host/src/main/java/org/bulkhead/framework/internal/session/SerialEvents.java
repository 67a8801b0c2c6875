package org.bulkhead.framework.internal.session;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.osgi.framework.ServiceReference;
import org.osgi.service.log.Logger;
import org.osgi.service.serial.SerialEvent;
import org.osgi.service.serial.SerialEventListener;

/**
 * The whiteboard of serial events (OSGi compendium section 146.5). Each listener is called on a
 * thread of its own while there is something to tell, never on a driver's; what it throws is
 * logged, and while it hangs its events are kept, one for each port. Thread-safe; no method blocks.
 */
public final class SerialEvents implements AutoCloseable {

  private static final AtomicInteger THREADS = new AtomicInteger();
  private static final long HANGING_NANOS = TimeUnit.SECONDS.toNanos(10);

  private record DataAvailable(String getComPort) implements SerialEvent {

    @Override
    public int getType() {
      return DATA_AVAILABLE;
    }
  }

  private final Logger log;
  private final Function<ServiceReference<SerialEventListener>, Obtained> services;
  private final Map<ServiceReference<SerialEventListener>, Delivery> deliveries =
      new ConcurrentHashMap<>();

  /** A listener in use. */
  public interface Obtained extends AutoCloseable {

    /** The listener, or null where it is gone. */
    SerialEventListener listener();

    /** Gives it back. */
    @Override
    void close();
  }

  /**
   * A whiteboard without listeners.
   *
   * @param log told of listeners that do wrong
   * @param services how a listener is got; called on the listener's own thread
   */
  public SerialEvents(
      Logger log, Function<ServiceReference<SerialEventListener>, Obtained> services) {
    this.log = log;
    this.services = services;
  }

  /** A listener appeared. */
  public void add(ServiceReference<SerialEventListener> listener) {
    deliveries.put(listener, new Delivery(listener));
  }

  /** A listener disappeared: it gets nothing any more, and is interrupted where it hangs. */
  public void remove(ServiceReference<SerialEventListener> listener) {
    Delivery delivery = deliveries.remove(listener);
    if (delivery != null) {
      delivery.end();
    }
  }

  @Override
  public void close() {
    List.copyOf(deliveries.keySet()).forEach(this::remove);
  }

  /**
   * Data is there to be read. Called with locks held: only queues.
   *
   * @param comPort the port's name
   * @param stillThere asked before each delivery: what was read meanwhile is not announced
   */
  public void dataAvailable(String comPort, BooleanSupplier stillThere) {
    for (Delivery delivery : deliveries.values()) {
      if (delivery.wants(comPort)) {
        delivery.queue(comPort, stillThere);
      }
    }
  }

  /** What is to be told to one listener. */
  private final class Delivery implements Runnable {

    private final ServiceReference<SerialEventListener> listener;
    private final Map<String, BooleanSupplier> pending = new LinkedHashMap<>();
    private Thread thread;
    private long calledNanos;
    private boolean complained;
    private boolean ended;

    Delivery(ServiceReference<SerialEventListener> listener) {
      this.listener = listener;
    }

    /** By the property's value now: one name, or several. */
    boolean wants(String comPort) {
      Object named = listener.getProperty(SerialEventListener.SERIAL_COMPORT);
      if (named instanceof Object[] several) {
        return List.of(several).contains(comPort);
      }
      if (named instanceof Collection<?> several) {
        return several.contains(comPort);
      }
      return named == null || named.equals(comPort);
    }

    synchronized void queue(String comPort, BooleanSupplier stillThere) {
      if (ended) {
        return;
      }
      pending.put(comPort, stillThere);
      if (thread == null) {
        thread = new Thread(this, "serial-events-" + THREADS.incrementAndGet());
        thread.setDaemon(true);
        thread.start();
      } else if (calledNanos != 0 && !complained && age() > HANGING_NANOS) {
        complained = true;
        log.warn("{} hangs in notifyEvent; its events wait", this);
      }
    }

    private long age() {
      return System.nanoTime() - calledNanos;
    }

    @Override
    public void run() {
      for (DataAvailable event = next(); event != null; event = next()) {
        deliver(event);
      }
    }

    private DataAvailable next() {
      for (Map.Entry<String, BooleanSupplier> first = take(); first != null; first = take()) {
        // Asked without a lock, as whoever queues holds the port's.
        if (first.getValue().getAsBoolean()) {
          calling(System.nanoTime() | 1);
          return new DataAvailable(first.getKey());
        }
      }
      return null;
    }

    private synchronized Map.Entry<String, BooleanSupplier> take() {
      calledNanos = 0;
      var all = pending.entrySet().iterator();
      if (!all.hasNext()) {
        thread = null;
        return null;
      }
      Map.Entry<String, BooleanSupplier> first = Map.Entry.copyOf(all.next());
      all.remove();
      return first;
    }

    private synchronized void calling(long sinceNanos) {
      calledNanos = sinceNanos;
    }

    private void deliver(DataAvailable event) {
      try (Obtained obtained = services.apply(listener)) {
        SerialEventListener target = obtained.listener();
        if (target != null) {
          target.notifyEvent(event);
          complained = false;
        }
      } catch (Exception | LinkageError | AssertionError | StackOverflowError thrown) {
        failed(thrown);
      }
    }

    /** Said once, until it has worked again: a listener may fail at every byte. */
    private void failed(Throwable thrown) {
      if (!complained) {
        complained = true;
        log.warn("{} failed in notifyEvent: {}", this, thrown.toString(), thrown);
      }
    }

    synchronized void end() {
      ended = true;
      pending.clear();
      if (thread != null) {
        thread.interrupt();
      }
    }

    @Override
    public String toString() {
      return "the serial event listener of " + listener.getBundle();
    }
  }
}
