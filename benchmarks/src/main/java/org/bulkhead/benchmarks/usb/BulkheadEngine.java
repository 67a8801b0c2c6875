package org.bulkhead.benchmarks.usb;

import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.bulkhead.benchmarks.WeavingLoader;
import org.bulkhead.device.block.BlockDevice;
import org.bulkhead.device.driver.UsbDriver;
import org.bulkhead.device.input.KeyboardLayout;
import org.bulkhead.device.transport.BusDevice;
import org.bulkhead.device.transport.Transport;
import org.bulkhead.device.transport.TransportListener;
import org.bulkhead.device.usb.descriptor.InterfaceDescriptor;
import org.bulkhead.framework.internal.compartment.Compartments;
import org.bulkhead.framework.internal.compartment.Host;
import org.bulkhead.framework.internal.compartment.Limits;
import org.bulkhead.framework.internal.compartment.Unsupervised;
import org.bulkhead.framework.internal.device.ManagedDevice;
import org.bulkhead.framework.internal.input.InputHub;
import org.bulkhead.framework.internal.session.Publisher;
import org.bulkhead.framework.internal.session.SessionRegistry;
import org.bulkhead.testkit.internal.ListLog;
import org.bulkhead.testkit.internal.Offers;
import org.bulkhead.testkit.internal.Source;
import org.bulkhead.transport.libusb.internal.LibusbTransport;
import org.osgi.service.log.LoggerFactory;

/**
 * Bulkhead: the framework with its supervision, sessions and the libusb transport, without the
 * container. A woven driver without a protocol has interface 0, the mass-storage driver 1.
 */
public final class BulkheadEngine implements Engine {

  private static final int MASS_STORAGE = 8;
  private static final String RAW = "org.bulkhead.benchmarks.usb.driver.";
  private static final String STORAGE = "org.bulkhead.driver.massstorage.";

  private final BlockDevice raw;
  private final BlockDevice storage;

  /** A driver that is told what to do. */
  public interface Commanded {

    /**
     * Has a command run at the next call of the session.
     *
     * @param command what
     * @param tally what it moved
     */
    void next(Command command, Tally tally);
  }

  private final Commanded driver;

  /**
   * Attaches both drivers.
   *
   * @param guarded whether they are woven, and the supervisor looks at them
   */
  BulkheadEngine(boolean guarded) throws Exception {
    ListLog log = new ListLog();
    Awaited offers = new Awaited();
    InputHub inputs = new InputHub(KeyboardLayout.named("us"), log.loggers().getLogger("gateway"));
    SessionRegistry sessions = new SessionRegistry(offers, Duration.ofSeconds(30), inputs);
    Host host = new Host(Limits.DEFAULT, sessions, log.loggers());
    Compartments compartments = new Compartments(host);
    CompletableFuture<ManagedDevice> found = new CompletableFuture<>();
    transport(log.loggers()).watch(new Listener(found));
    ManagedDevice device = found.get(20, TimeUnit.SECONDS);
    UsbDriver first = new WeavingLoader(RAW, guarded).make(UsbDriver.class, RAW + "RawDriver");
    driver = (Commanded) first;
    UsbDriver second =
        new WeavingLoader(STORAGE, guarded)
            .make(UsbDriver.class, STORAGE + "internal.MassStorageDriver");
    device
        .configuration()
        .interfaces()
        .forEach(
            each ->
                compartments.attach(
                    device, each, new Source(() -> isStorage(each) ? second : first)));
    raw =
        device.configuration().interfaces().allMatch(BulkheadEngine::isStorage)
            ? null
            : offers.blockDevice("raw", log);
    storage =
        device.configuration().interfaces().noneMatch(BulkheadEngine::isStorage)
            ? null
            : offers.blockDevice("0", log);
    if (!guarded) {
      Unsupervised.end(host);
    }
  }

  private static boolean isStorage(InterfaceDescriptor each) {
    return each.interfaceClass() == MASS_STORAGE;
  }

  private static Transport transport(LoggerFactory loggers) throws ReflectiveOperationException {
    var constructor = LibusbTransport.class.getConstructors()[0];
    Class<?> configuration = constructor.getParameterTypes()[0];
    Object defaults =
        Proxy.newProxyInstance(
            configuration.getClassLoader(),
            new Class<?>[] {configuration},
            (self, method, arguments) -> method.getDefaultValue());
    return (Transport) constructor.newInstance(defaults, loggers);
  }

  /** The services of the drivers, and a wait for them. */
  private static final class Awaited implements Publisher {

    private final Offers offers = new Offers();

    @Override
    public synchronized Runnable publish(Class<?> type, Object service, Map<String, ?> properties) {
      Runnable withdraw = offers.publish(type, service, properties);
      notifyAll();
      return withdraw;
    }

    synchronized BlockDevice blockDevice(String unit, ListLog log) throws InterruptedException {
      long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (offers.service(BlockDevice.class, unit) == null) {
        long left = until - System.nanoTime();
        if (left <= 0) {
          throw new IllegalStateException("no block device " + unit + ": " + log.lines());
        }
        TimeUnit.NANOSECONDS.timedWait(this, left);
      }
      return (BlockDevice) offers.service(BlockDevice.class, unit);
    }
  }

  private record Listener(CompletableFuture<ManagedDevice> found) implements TransportListener {

    @Override
    public void arrived(BusDevice bus) {
      try {
        ManagedDevice device = ManagedDevice.of("libusb", bus);
        Target target = Target.chosen();
        if (device.identity().vendorId() == target.vendorId()
            && device.identity().productId() == target.productId()) {
          found.complete(device);
        }
      } catch (Exception e) {
        found.completeExceptionally(e);
      }
    }

    @Override
    public void left(BusDevice bus) {}
  }

  @Override
  public void run(Command command, Tally tally) throws Exception {
    if (command.mode().equals("block")) {
      ByteBuffer data = ByteBuffer.allocateDirect(command.size());
      do {
        storage.read(0, data.clear());
      } while (tally.count(command.size()));
      return;
    }
    driver.next(command, tally);
    raw.flush();
    if (command.mode().equals("handler")) {
      tally.await();
    }
  }
}
