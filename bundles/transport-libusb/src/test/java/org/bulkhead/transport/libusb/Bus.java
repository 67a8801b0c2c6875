package org.bulkhead.transport.libusb;

import static org.assertj.core.api.Assertions.fail;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.bulkhead.device.transport.BusDevice;
import org.bulkhead.device.transport.BusHandle;
import org.bulkhead.device.transport.Transport;
import org.bulkhead.device.transport.TransportListener;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.transport.libusb.internal.Transports;

/** A watched transport, in the framework's place: knows what is there and what was told. */
final class Bus implements TransportListener, AutoCloseable {

  static final long DEADLINE_NANOS = 30_000_000_000L;

  final List<String> told = new CopyOnWriteArrayList<>();
  final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();
  private final List<BusDevice> present = new CopyOnWriteArrayList<>();
  private final Transport.Watch watch;

  Bus() {
    this(5_000, 200);
  }

  Bus(long safetyMillis, long pollMillis) {
    watch = Transports.create(safetyMillis, pollMillis, log::add).watch(this);
  }

  @Override
  public void arrived(BusDevice device) {
    present.add(device);
    told.add("arrived " + device.location() + " " + device.address());
  }

  @Override
  public void left(BusDevice device) {
    present.remove(device);
    told.add("left " + device.location() + " " + device.address());
  }

  @Override
  public void altered(BusDevice device) {
    told.add("altered " + device.location() + " " + device.address());
  }

  /** The device at a location, once it is there. */
  BusDevice device(String location) {
    until(location + " to arrive", () -> present(location) != null);
    return present(location);
  }

  /** Opens the device at a location and claims interfaces. */
  BusHandle open(String location, int... interfaces) throws UsbException {
    BusHandle handle = device(location).open();
    for (int number : interfaces) {
      handle.claim(number);
    }
    return handle;
  }

  private BusDevice present(String location) {
    return present.stream().filter(d -> d.location().equals(location)).findFirst().orElse(null);
  }

  List<String> warnings() {
    return log.stream()
        .filter(line -> line.startsWith("WARN") || line.startsWith("ERROR"))
        .toList();
  }

  /** Waits for a condition, by looking often. */
  static void until(String what, Callable<Boolean> condition) {
    long start = System.nanoTime();
    try {
      while (!condition.call()) {
        if (System.nanoTime() - start > DEADLINE_NANOS) {
          fail("waited 30 s in vain for " + what);
        }
        LockSupport.parkNanos(1_000_000);
      }
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    watch.close();
  }
}
