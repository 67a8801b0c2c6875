package org.bulkhead.transport.libusb.internal;

import java.nio.file.Files;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.bulkhead.device.transport.BusDevice;
import org.bulkhead.device.transport.BusHandle;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.UsbSpeed;
import org.osgi.service.log.Logger;
import org.usb4java.LibUsb;

/** A device from its arrival to its departure. No native object belongs to it until it is open. */
final class LibusbDevice implements BusDevice {

  /** Polling finds a device before udev has set the permissions of its node. */
  private static final long UDEV_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final SysfsDevice sysfs;
  private final LibusbWatch watch;
  private final LibusbContexts contexts;
  private final Set<LibusbHandle> handles = ConcurrentHashMap.newKeySet();
  private final long permittedBy;
  private final int[] alterable;
  private int[] alternates;
  private volatile boolean gone;

  /** A device, and whether it came only now: then udev may not be done with it. */
  LibusbDevice(SysfsDevice sysfs, boolean fresh, LibusbWatch watch, LibusbContexts contexts) {
    this.sysfs = sysfs;
    permittedBy = System.nanoTime() + (fresh ? UDEV_NANOS : 0);
    this.watch = watch;
    this.contexts = contexts;
    alterable = sysfs.interfacesWithAlternates();
    alternates = Arrays.stream(alterable).map(this::alternateSetting).toArray();
  }

  SysfsDevice sysfs() {
    return sysfs;
  }

  Logger log() {
    return watch.log();
  }

  @Override
  public String location() {
    return sysfs.location();
  }

  @Override
  public int busNumber() {
    return sysfs.busNumber();
  }

  @Override
  public int address() {
    return sysfs.key().address();
  }

  @Override
  public UsbSpeed speed() {
    return sysfs.speed();
  }

  @Override
  public byte[] descriptors() {
    return sysfs.descriptors().clone();
  }

  @Override
  public int activeConfiguration() {
    return sysfs.key().configuration();
  }

  @Override
  public int alternateSetting(int interfaceNumber) {
    return Sysfs.alternateSetting(location(), activeConfiguration(), interfaceNumber);
  }

  @Override
  public String interfaceName(int interfaceNumber) {
    return Sysfs.interfaceName(location(), activeConfiguration(), interfaceNumber);
  }

  /** Whether an interface has another alternate setting than when this was last asked. */
  boolean altered() {
    int[] now = Arrays.stream(alterable).map(this::alternateSetting).toArray();
    boolean altered = !Arrays.equals(now, alternates);
    alternates = now;
    return altered;
  }

  @Override
  public String manufacturer() {
    return sysfs.manufacturer();
  }

  @Override
  public String product() {
    return sysfs.product();
  }

  @Override
  public String serialNumber() {
    return sysfs.serialNumber();
  }

  @Override
  public BusHandle open() throws UsbException {
    LibusbContext.Opened opened = openNative();
    while (opened.code() == LibUsb.ERROR_ACCESS
        && System.nanoTime() - permittedBy < 0
        && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(RETRY_NANOS);
      opened = openNative();
    }
    if (opened.code() != LibUsb.SUCCESS) {
      throw failure(opened.code());
    }
    handles.add(opened.handle());
    if (gone) {
      opened.handle().gone();
    }
    return opened.handle();
  }

  @Override
  public void cyclePort() throws UsbException {
    if (!isPresent()) {
      throw failure(LibUsb.ERROR_NO_DEVICE);
    }
    new PortSwitch(Sysfs.DEVICES).cycle(location());
    suspect();
  }

  private LibusbContext.Opened openNative() throws UsbException {
    if (gone) {
      throw failure(LibUsb.ERROR_NO_DEVICE);
    }
    return contexts.open(this);
  }

  private UsbException failure(int code) {
    Kind kind = LibusbCode.kind(code);
    String message = "cannot open " + sysfs + ": ";
    if (code == LibUsb.ERROR_ACCESS) {
      message = Remedy.denied(sysfs);
    } else if (code == LibusbCode.CLOSED) {
      kind = Kind.DISCONNECTED;
      message += "the libusb transport is being stopped";
    } else if (!isPresent()) {
      suspect();
      kind = Kind.DISCONNECTED;
      message += "the device is gone";
    } else if (code == LibusbCode.NOT_LISTED) {
      kind = Kind.FAULT;
      message += "libusb does not list it";
    } else if (!Files.exists(Sysfs.node(busNumber(), address()))) {
      kind = Kind.DENIED;
      message = Remedy.noNode(sysfs);
    } else {
      message += LibusbCode.name(code);
    }
    return new UsbException(kind, message, 0, code);
  }

  /** Whether it is still there, by what sysfs says now. */
  boolean isPresent() {
    return !gone && Sysfs.key(location()).map(key -> key.sameDevice(sysfs.key())).orElse(false);
  }

  /** The device left, or the watch ends: transfers in flight end, and every call is refused. */
  void leave() {
    gone = true;
    handles.forEach(LibusbHandle::gone);
  }

  void closed(LibusbHandle handle) {
    handles.remove(handle);
    contexts.tidy();
  }

  /** Something says that the device is gone: look at once. */
  void suspect() {
    watch.rescan();
  }

  /** What is at this location now is to arrive anew. */
  void renew() {
    handles.forEach(LibusbHandle::gone);
    watch.renew(this);
  }

  /** Runs a task that blocks, off the event thread. */
  void later(Runnable task) {
    watch.later(task);
  }
}
