package org.bulkhead.transport.libusb.internal;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bulkhead.device.usb.UsbException;
import org.osgi.service.log.Logger;
import org.usb4java.Context;
import org.usb4java.Device;
import org.usb4java.DeviceHandle;
import org.usb4java.DeviceList;
import org.usb4java.LibUsb;

/**
 * A libusb context. It is exited only when nobody handles its events any more and all handles are
 * closed, and no call reaches it after that.
 *
 * <p>Who handles events never takes this object's monitor: libusb calls back with a lock held that
 * {@code libusb_open} and {@code libusb_close} take too.
 */
final class LibusbContext {

  private static final int MAX_PORTS = 7;

  private final Logger log;
  private final Context context = new Context();
  private final AtomicBoolean hotplug = new AtomicBoolean();
  private final Set<LibusbHandle> handles = ConcurrentHashMap.newKeySet();
  private final NativeCalls calls;
  private final LibusbEvents events;
  private boolean closing; // guarded by this
  private boolean exited; // guarded by this
  private int leaks; // guarded by this

  /**
   * Initialises libusb and starts the event thread.
   *
   * @param onHotplug called after each hot-plug event; does not block
   * @throws UsbException FAULT where libusb does not work on this machine
   */
  LibusbContext(Logger log, Runnable onHotplug) throws UsbException {
    this.log = log;
    int code = LibUsb.init(context);
    if (code != LibUsb.SUCCESS) {
      throw new UsbException(
          LibusbCode.kind(code), "libusb does not start: " + LibusbCode.name(code), 0, code);
    }
    calls = NativeCalls.of(context, hotplug);
    log.debug("transfers by {} {}", calls.getClass().getSimpleName(), ForeignLibusb.whyNot());
    code = calls.watchHotplug();
    if (code != LibUsb.SUCCESS) {
      log.debug("libusb has no hot-plug events: {}", LibusbCode.name(code));
    }
    events = new LibusbEvents(log, context, calls, hotplug, onHotplug);
  }

  NativeCalls calls() {
    return calls;
  }

  LibusbEvents events() {
    return events;
  }

  /** The outcome of an open: a libusb code, and for SUCCESS the handle. */
  record Opened(int code, LibusbHandle handle) {}

  /** Opens a device; NOT_LISTED where the context does not know it, CLOSED after a close. */
  synchronized Opened open(LibusbDevice device) {
    if (closing) {
      return new Opened(LibusbCode.CLOSED, null);
    }
    DeviceHandle opened = new DeviceHandle();
    int code = open(device.sysfs(), opened);
    if (code != LibUsb.SUCCESS) {
      return new Opened(code, null);
    }
    LibusbHandle handle = new LibusbHandle(device, this, opened);
    handles.add(handle);
    return new Opened(code, handle);
  }

  private int open(SysfsDevice device, DeviceHandle opened) {
    DeviceList devices = new DeviceList();
    int count = LibUsb.getDeviceList(context, devices);
    if (count < 0) {
      return count;
    }
    // The list's references end with it; an open handle holds one of its own.
    try {
      for (Device candidate : devices) {
        if (LibUsb.getDeviceAddress(candidate) == device.key().address()
            && LibUsb.getBusNumber(candidate) == device.busNumber()
            && location(candidate).equals(device.location())) {
          return LibUsb.open(candidate, opened);
        }
      }
      return LibusbCode.NOT_LISTED;
    } finally {
      LibUsb.freeDeviceList(devices, true);
    }
  }

  private static String location(Device device) {
    ByteBuffer ports = ByteBuffer.allocateDirect(MAX_PORTS);
    int count = LibUsb.getPortNumbers(device, ports);
    if (count <= 0) {
      return "usb" + LibUsb.getBusNumber(device);
    }
    StringBuilder path = new StringBuilder().append(LibUsb.getBusNumber(device));
    for (int i = 0; i < count; i++) {
      path.append(i == 0 ? '-' : '.').append(ports.get(i) & 0xff);
    }
    return path.toString();
  }

  /** A handle was closed, or has to stay open for ever. */
  synchronized void remove(LibusbHandle handle, boolean leaked) {
    if (handles.remove(handle) && leaked) {
      leaks++;
    }
  }

  /** Whether handles may still be closed. */
  synchronized boolean isOpen() {
    return !exited;
  }

  boolean isIdle() {
    return handles.isEmpty();
  }

  /** Closes all handles, ends the handling of events and exits libusb. Not in a completion. */
  void close() {
    synchronized (this) {
      if (closing) {
        return;
      }
      closing = true;
    }
    List<LibusbHandle> open = List.copyOf(handles);
    open.forEach(LibusbHandle::refuse);
    open.forEach(LibusbHandle::close);
    if (events.end()) {
      exit();
    } else {
      log.error("libusb's events are still handled; its context is left as it is");
    }
  }

  private synchronized void exit() {
    exited = true;
    leaks += handles.size();
    if (leaks > 0) {
      log.error("a libusb context is left as it is, for {} handles that cannot be closed", leaks);
    } else {
      LibUsb.exit(context);
      calls.close();
    }
  }
}
