package org.bulkhead.transport.libusb.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.osgi.service.log.Logger;

/**
 * The contexts of one watch: normally one. Where no hot-plug events come, a context never learns of
 * a device that was plugged in after it was initialised; such a device is opened through a new
 * context, and the old one is exited as soon as nothing is open in it.
 */
final class LibusbContexts {

  /** How long libusb may take to learn of a device that sysfs already shows. */
  private static final long EVENT_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final Logger log;
  private final Runnable onHotplug;
  private final BooleanSupplier eventsCome;
  private final List<LibusbContext> retired = new ArrayList<>();
  private LibusbContext current;
  private boolean closed;

  LibusbContexts(Logger log, Runnable onHotplug, BooleanSupplier eventsCome) {
    this.log = log;
    this.onHotplug = onHotplug;
    this.eventsCome = eventsCome;
  }

  /** The context for new handles, initialised if there is none. */
  synchronized LibusbContext current() throws UsbException {
    if (closed) {
      throw new UsbException(Kind.DISCONNECTED, "the libusb transport was stopped");
    }
    if (current == null) {
      current = start();
    }
    return current;
  }

  private LibusbContext start() throws UsbException {
    try {
      return new LibusbContext(log, onHotplug);
    } catch (LinkageError | org.usb4java.LoaderException e) {
      throw new UsbException(
          Kind.UNSUPPORTED, "libusb's native library cannot be loaded on this machine: " + e);
    }
  }

  /** Opens a device in a context that knows it. */
  LibusbContext.Opened open(LibusbDevice device) throws UsbException {
    LibusbContext context = current();
    LibusbContext.Opened opened = context.open(device);
    long until = System.nanoTime() + EVENT_NANOS;
    while (opened.code() == LibusbCode.NOT_LISTED
        && eventsCome.getAsBoolean()
        && device.isPresent()
        && System.nanoTime() - until < 0) {
      LockSupport.parkNanos(RETRY_NANOS);
      opened = context.open(device);
    }
    if (opened.code() == LibusbCode.CLOSED
        || opened.code() == LibusbCode.NOT_LISTED && device.isPresent()) {
      opened = renew(context).open(device);
    }
    return opened;
  }

  private LibusbContext renew(LibusbContext stale) throws UsbException {
    synchronized (this) {
      if (current == stale) {
        retired.add(stale);
        current = null;
      }
    }
    LibusbContext fresh = current();
    tidy();
    return fresh;
  }

  /** Exits what was replaced and has nothing open. */
  void tidy() {
    List<LibusbContext> idle;
    synchronized (this) {
      idle = retired.stream().filter(LibusbContext::isIdle).toList();
      retired.removeAll(idle);
    }
    idle.forEach(LibusbContext::close);
  }

  /** Closes every handle and exits. Not on an event thread. */
  void close() {
    List<LibusbContext> all;
    synchronized (this) {
      closed = true;
      all = new ArrayList<>(retired);
      if (current != null) {
        all.add(current);
      }
      retired.clear();
      current = null;
    }
    all.forEach(LibusbContext::close);
  }
}
