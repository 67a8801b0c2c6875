package org.bulkhead.framework.internal.session;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.bulkhead.device.block.BlockDevice;
import org.bulkhead.device.contract.SessionProperties;
import org.bulkhead.device.input.InputSource;
import org.bulkhead.device.serial.SerialPort;
import org.bulkhead.framework.internal.compartment.Compartment;
import org.bulkhead.framework.internal.compartment.Incarnation;
import org.bulkhead.framework.internal.compartment.Published;
import org.bulkhead.framework.internal.compartment.SerialExecutor;
import org.bulkhead.framework.internal.compartment.Services;
import org.bulkhead.framework.internal.input.InputHub;
import org.osgi.framework.Bundle;
import org.osgi.service.serial.SerialDevice;
import org.osgi.service.usbinfo.USBInfoDevice;

/**
 * The sessions of all compartments. A session is made when its service is first published, and is
 * the same object from then on, over restarts, swaps and replugs; what changes is who serves it and
 * whether it is offered.
 */
public final class SessionRegistry implements Services, AutoCloseable {

  /** Which service of a compartment. */
  private record Slot(Class<?> type, String unit) {

    // In plain code, as everywhere on the way of a start: docs/decisions.md.
    @Override
    public boolean equals(Object other) {
      return other instanceof Slot slot && type == slot.type && unit.equals(slot.unit);
    }

    @Override
    public int hashCode() {
      return 31 * type.hashCode() + unit.hashCode();
    }
  }

  /**
   * A session and its offer. Offers are made and taken back on a thread of their own, as whoever
   * listens for services runs there too, and may well call the session and wait for the device.
   */
  private static final class Entry {
    final Session session;
    final Class<?> offeredType;
    final Object offered;

    /** Null where applications see the session itself. */
    final Front front;

    private final SerialExecutor offers;
    private volatile boolean wanted;
    private Runnable withdraw;
    private Binding prepared;

    Entry(Session session, Class<?> type, SerialExecutor offers) {
      this.session = session;
      this.offeredType = type;
      this.offered = session;
      this.front = null;
      this.offers = offers;
    }

    Entry(Session session, Front front, SerialExecutor offers) {
      this.session = session;
      this.offeredType = front.offeredType();
      this.offered = front.offered();
      this.front = front;
      this.offers = offers;
    }

    private Object guarded(Object service, Incarnation incarnation) {
      return front == null ? service : front.guarded(service, incarnation);
    }

    Binding prepare(Object service, Incarnation incarnation) {
      prepared = new Binding(guarded(service, incarnation), incarnation);
      return prepared;
    }

    /** The one whose settings were made, so that what they connected is what is disconnected. */
    Binding prepared(Object service, Incarnation incarnation) {
      Binding made = prepared;
      prepared = null;
      return made != null && made.incarnation == incarnation
          ? made
          : new Binding(guarded(service, incarnation), incarnation);
    }

    void ended() {
      prepared = null;
      if (front != null) {
        front.ended();
      }
    }

    /** Nobody is to wait for it any more; called by the compartment's actor only. */
    void refuse(String reason) {
      session.disconnect(reason, true);
      if (front != null) {
        front.refused(reason);
      }
      withdraw();
    }

    /** Offers it unless it is offered; called by the compartment's actor only. */
    void offer(
        Publisher to,
        Map<String, Object> properties,
        Consumer<RuntimeException> refused,
        Runnable done) {
      if (!wanted) {
        wanted = true;
        offers.execute(
            () -> {
              try {
                Runnable offer = to.publish(offeredType, offered, properties);
                withdraw = front == null ? offer : front.withdrawal(offer);
              } catch (RuntimeException unusable) {
                wanted = false;
                refused.accept(unusable);
              }
            });
      }
      offers.execute(done);
    }

    /** Takes the offer back; called by the compartment's actor only. */
    void withdraw() {
      if (wanted) {
        wanted = false;
        offers.execute(
            () -> {
              Runnable offer = withdraw;
              withdraw = null;
              if (offer != null) {
                offer.run();
              }
            });
      }
    }
  }

  /** Makes a session's class for the first who asks, while others wait: all may come at once. */
  private static final class Once {

    private final Class<?> type;
    private SessionClass made;

    Once(Class<?> type) {
      this.type = type;
    }

    synchronized SessionClass get() {
      if (made == null) {
        made = new SessionClass(Contract.of(type));
      }
      return made;
    }
  }

  private final Publisher publisher;
  private final Duration patience;
  private final InputHub hub;
  private final BiConsumer<String, BooleanSupplier> onSerialData;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "publisher");
            thread.setDaemon(true);
            return thread;
          });

  /** Kept with the service's class, so that they go with the bundle that it comes from. */
  private final ClassValue<Once> classes =
      new ClassValue<>() {
        @Override
        protected Once computeValue(Class<?> type) {
          return new Once(type);
        }
      };

  private final Map<Compartment, Map<Slot, Entry>> entries = new ConcurrentHashMap<>();

  /**
   * A registry without sessions.
   *
   * @param publisher where sessions are offered
   * @param patience how long callers wait for a device
   * @param hub where input events go
   */
  public SessionRegistry(Publisher publisher, Duration patience, InputHub hub) {
    this(publisher, patience, hub, (comPort, stillThere) -> {});
  }

  /**
   * A registry without sessions.
   *
   * @param publisher where sessions are offered
   * @param patience how long callers wait for a device
   * @param hub where input events go
   * @param onSerialData told the name of a serial port that has data to be read, and whom to ask
   *     whether it still has; called with locks held, so it only queues
   */
  public SessionRegistry(
      Publisher publisher,
      Duration patience,
      InputHub hub,
      BiConsumer<String, BooleanSupplier> onSerialData) {
    this.publisher = publisher;
    this.patience = patience;
    this.hub = hub;
    this.onSerialData = onSerialData;
  }

  /**
   * A bundle stopped: what it has open of serial ports, those that are away included, is closed.
   */
  public void bundleStopped(Bundle bundle) {
    for (Map<Slot, Entry> slots : entries.values()) {
      for (Entry entry : slots.values()) {
        if (entry.offered instanceof SerialService serial) {
          serial.release(bundle);
        }
      }
    }
  }

  @Override
  public void checkType(Class<?> type) {
    sessionClass(type);
  }

  private SessionClass sessionClass(Class<?> type) {
    return classes.get(type).get();
  }

  /** Makes the sessions' classes of the services that are known before any device comes. */
  public void prepareAhead() {
    List.of(BlockDevice.class, SerialPort.class, InputSource.class).forEach(this::checkType);
  }

  @Override
  public void prepare(Incarnation incarnation, List<Published> published) throws Throwable {
    for (Published each : published) {
      Entry entry = entry(incarnation.compartment(), each);
      entry.session.restore(entry.prepare(each.service(), incarnation).service);
    }
  }

  @Override
  public void connect(Incarnation incarnation, List<Published> published, Runnable offered) {
    AtomicInteger left = new AtomicInteger(published.size() + 1);
    Runnable oneDone =
        () -> {
          if (left.decrementAndGet() == 0) {
            offered.run();
          }
        };
    Compartment compartment = incarnation.compartment();
    Map<Slot, Entry> gone = new HashMap<>(entries.getOrDefault(compartment, Map.of()));
    for (Published each : published) {
      gone.remove(slot(each));
      Entry entry = entry(compartment, each);
      if (entry.front != null) {
        entry.front.present();
      }
      entry.session.connect(entry.prepared(each.service(), incarnation));
      entry.offer(
          publisher,
          properties(compartment, each),
          unusable -> compartment.thrown(incarnation, unusable),
          oneDone);
    }
    for (Entry entry : gone.values()) {
      entry.refuse("its driver does not offer it any more");
    }
    oneDone.run();
  }

  @Override
  public void ended(Compartment compartment) {
    each(compartment, Entry::ended);
  }

  @Override
  public void suspend(Compartment compartment, String reason) {
    each(compartment, entry -> entry.session.disconnect(reason, false));
  }

  @Override
  public void refuse(Compartment compartment, String reason) {
    each(compartment, entry -> entry.refuse(reason));
  }

  @Override
  public void away(Compartment compartment, String reason) {
    each(
        compartment,
        entry -> {
          entry.session.disconnect(reason, false);
          entry.withdraw();
        });
  }

  @Override
  public void close(Compartment compartment, String reason) {
    refuse(compartment, reason);
    entries.remove(compartment);
  }

  private void each(Compartment compartment, Consumer<Entry> action) {
    entries.getOrDefault(compartment, Map.of()).values().forEach(action);
  }

  private Entry entry(Compartment compartment, Published published) {
    return entries
        .computeIfAbsent(compartment, c -> new ConcurrentHashMap<>())
        .computeIfAbsent(slot(published), slot -> make(compartment, slot));
  }

  private static Slot slot(Published published) {
    return new Slot(published.type(), published.unit());
  }

  private Entry make(Compartment compartment, Slot slot) {
    SessionClass made = sessionClass(slot.type());
    String name =
        "%s %s of device %s"
            .formatted(slot.type().getSimpleName(), slot.unit(), compartment.location());
    Session session =
        made.make(
            new SessionMaking(name, made.contract(), patience, new SessionState(this::queue)));
    if (slot.type() == SerialPort.class) {
      return new Entry(session, serialFront(compartment, slot, session, name), queue());
    }
    if (slot.type() == InputSource.class) {
      return new Entry(session, inputFront(compartment, session), queue());
    }
    return new Entry(session, slot.type(), queue());
  }

  private Front inputFront(Compartment compartment, Session session) {
    // Each incarnation is connected as it attaches, before an application asks for anything.
    session.preset("connect", new Object[] {null});
    return new InputFront(
        new InputSession(session, compartment.location(), compartment.interfaceNumber()), hub);
  }

  private Front serialFront(Compartment compartment, Slot slot, Session session, String name) {
    String comPort = comPort(compartment, slot.unit());
    // The line asks for itself: whoever is told holds it already.
    LineBuffer[] line = new LineBuffer[1];
    BooleanSupplier stillThere = () -> line[0].available() > 0;
    line[0] =
        new LineBuffer(name, patience.toNanos(), () -> onSerialData.accept(comPort, stillThere));
    return new SerialFront(line[0], new SerialService(new SerialSession(name, session, line[0])));
  }

  private static String comPort(Compartment compartment, String unit) {
    String port = compartment.location() + ":" + compartment.interfaceNumber();
    return unit.equals("0") ? port : port + "/" + unit;
  }

  private SerialExecutor queue() {
    return new SerialExecutor(
        threads,
        0,
        thrown ->
            System.getLogger(SessionRegistry.class.getName())
                .log(
                    System.Logger.Level.ERROR,
                    "an offer of a service or a listener of it failed",
                    thrown));
  }

  /** Ends its threads once what was begun is done; compartments are closed before. */
  @Override
  public void close() {
    threads.shutdown();
  }

  private static Map<String, Object> properties(Compartment compartment, Published published) {
    Map<String, Object> properties = new HashMap<>(published.properties());
    properties.put(SessionProperties.LOCATION, compartment.location());
    properties.put(SessionProperties.INTERFACE, compartment.interfaceNumber());
    properties.put(SessionProperties.UNIT, published.unit());
    properties.put(SessionProperties.DRIVER, compartment.driverName());
    properties.put(
        "service.pid",
        compartment.deviceKey() + ":" + compartment.interfaceNumber() + "/" + published.unit());
    if (published.type() == SerialPort.class) {
      // One service under both categories (compendium section 146.2).
      compartment.usbProperties().forEach(properties::putIfAbsent);
      properties.put(
          "DEVICE_CATEGORY",
          new String[] {SerialDevice.DEVICE_CATEGORY, USBInfoDevice.DEVICE_CATEGORY});
      properties.put(SerialDevice.SERIAL_COMPORT, comPort(compartment, published.unit()));
    }
    return properties;
  }
}
