package org.bulkhead.framework.internal.device;

import java.util.Collection;
import java.util.Comparator;
import java.util.Hashtable;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.bulkhead.device.contract.SessionProperties;
import org.bulkhead.device.transport.BusDevice;
import org.bulkhead.device.transport.Transport;
import org.bulkhead.device.transport.TransportListener;
import org.bulkhead.device.usb.UsbException;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.device.Device;
import org.osgi.service.log.Logger;
import org.osgi.service.usbinfo.USBInfoDevice;

/**
 * The devices of all transports, each interface of which is a Device service for as long as it is
 * plugged in. Thread-safe.
 */
public final class DeviceRegistry {

  /** A function and the service that says so. */
  private record Offered(UsbFunction function, ServiceRegistration<?> registration) {}

  private record Entry(ManagedDevice device, List<Offered> offers) {}

  private final BundleContext context;
  private final Logger log;
  private final Consumer<ManagedDevice> onLeft;
  private final Executor changes;
  private final ManagedDevice.Names names;
  private final Set<ServiceRegistration<?>> followers = ConcurrentHashMap.newKeySet();
  private final Map<Transport, Transport.Watch> watches = new ConcurrentHashMap<>();
  private final Map<BusDevice, Entry> entries = new IdentityHashMap<>();

  /**
   * A registry without transports.
   *
   * @param changes where services' properties are changed, one task after another: whoever listens
   *     to them is not to be waited for by a driver
   * @param names for devices without strings
   * @param onLeft told of each departure, before the device's services disappear
   */
  public DeviceRegistry(
      BundleContext context,
      Logger log,
      Executor changes,
      ManagedDevice.Names names,
      Consumer<ManagedDevice> onLeft) {
    this.context = context;
    this.log = log;
    this.changes = changes;
    this.names = names;
    this.onLeft = onLeft;
  }

  /** Watches a transport; its devices arrive on its threads. */
  public void add(Transport transport) {
    watches.put(transport, transport.watch(new Listener(transport.name())));
  }

  /** Stops watching a transport; its devices leave. */
  public void remove(Transport transport) {
    Transport.Watch watch = watches.remove(transport);
    if (watch != null) {
      watch.close();
    }
  }

  /** Stops watching all transports. */
  public void close() {
    List.copyOf(watches.keySet()).forEach(this::remove);
  }

  /**
   * Keeps what another service says of its interface true as well: a refined device carries the
   * properties of the one that it is made of.
   *
   * @param service registered with {@code SessionProperties}
   */
  public void follow(ServiceRegistration<?> service) {
    followers.add(service);
    changes.execute(
        () -> {
          Object location = location(service);
          entries().stream()
              .filter(entry -> entry.device().identity().location().equals(location))
              .forEach(entry -> refresh(entry, List.of(service)));
        });
  }

  private static Object location(ServiceRegistration<?> service) {
    try {
      return service.getReference().getProperty(SessionProperties.LOCATION);
    } catch (IllegalStateException gone) {
      return null;
    }
  }

  /** Undoes {@link #follow}. */
  public void forget(ServiceRegistration<?> service) {
    followers.remove(service);
  }

  private void refresh(Entry entry, Collection<ServiceRegistration<?>> services) {
    for (Offered offered : entry.offers()) {
      SettingProperties now = new SettingProperties(offered.function());
      now.bring(offered.registration());
      services.stream().filter(now::concerns).forEach(now::bring);
    }
  }

  private List<Entry> entries() {
    synchronized (entries) {
      return List.copyOf(entries.values());
    }
  }

  /** The devices that are plugged in, by location. */
  public List<ManagedDevice> devices() {
    synchronized (entries) {
      return entries.values().stream()
          .map(Entry::device)
          .sorted(Comparator.comparing(d -> d.identity().location(), Locations.NATURAL))
          .toList();
    }
  }

  private final class Listener implements TransportListener {

    private final String transport;

    Listener(String transport) {
      this.transport = transport;
    }

    @Override
    public void arrived(BusDevice bus) {
      try {
        ManagedDevice device = ManagedDevice.of(transport, bus, names);
        device
            .descriptors()
            .irregularities()
            .forEach(line -> log.info("device {}: {}", device.identity(), line));
        Entry entry = new Entry(device, new CopyOnWriteArrayList<>());
        synchronized (entries) {
          entries.put(bus, entry);
        }
        device.hold().onAltered(() -> changed(entry));
        if (device.configured()) {
          device
              .configuration()
              .interfaces()
              .forEach(i -> offer(entry, new UsbFunction(device, i)));
        } else {
          log.warn("device {}: {}", device.identity(), device.problem());
        }
        log.info("device {} arrived: {}", device.identity(), device.description());
      } catch (UsbException | RuntimeException unreadable) {
        log.warn("device {} is not usable: {}", bus.location(), unreadable.getMessage());
      }
    }

    private void offer(Entry entry, UsbFunction function) {
      String[] types = {Device.class.getName(), USBInfoDevice.class.getName()};
      ServiceRegistration<?> registration =
          context.registerService(types, function, new Hashtable<>(function.properties()));
      entry.offers().add(new Offered(function, registration));
    }

    private void changed(Entry entry) {
      changes.execute(() -> refresh(entry, followers));
    }

    @Override
    public void altered(BusDevice bus) {
      Entry entry;
      synchronized (entries) {
        entry = entries.get(bus);
      }
      if (entry != null) {
        changed(entry);
      }
    }

    @Override
    public void left(BusDevice bus) {
      Entry entry;
      synchronized (entries) {
        entry = entries.remove(bus);
      }
      if (entry != null) {
        log.info("device {} left", entry.device().identity());
        entry.device().hold().depart();
        onLeft.accept(entry.device());
        entry.offers().forEach(offered -> unregister(offered.registration()));
      }
    }
  }

  private static void unregister(ServiceRegistration<?> registration) {
    try {
      registration.unregister();
    } catch (IllegalStateException framework) {
      // The framework stops and has unregistered it already.
    }
  }
}
