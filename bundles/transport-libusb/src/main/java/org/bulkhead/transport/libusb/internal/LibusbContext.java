package org.bulkhead.transport.libusb.internal;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.bulkhead.device.usb.UsbException;
import org.osgi.service.log.Logger;
import org.usb4java.Context;
import org.usb4java.Device;
import org.usb4java.DeviceHandle;
import org.usb4java.DeviceList;
import org.usb4java.HotplugCallbackHandle;
import org.usb4java.LibUsb;

/**
 * A libusb context with its one event thread. It is exited only when that thread has ended and all
 * handles are closed, and no call reaches it after that.
 *
 * <p>The event thread never takes this object's monitor: libusb calls back with a lock held that
 * {@code libusb_open} and {@code libusb_close} take too.
 */
final class LibusbContext {

  /** Nothing depends on it: whoever wants the thread's attention interrupts the event handler. */
  private static final long WAIT_MICROS = TimeUnit.MINUTES.toMicros(1);

  private static final long END_MILLIS = 5_000;
  private static final int MAX_PORTS = 7;

  /** libusb calls back until nothing is left, which a busy device may never let happen. */
  private static final int MAX_LANDED = 16;

  private final Logger log;
  private final Context context = new Context();
  private final AtomicBoolean hotplug = new AtomicBoolean();
  private final Runnable onHotplug;
  private final Set<LibusbHandle> handles = ConcurrentHashMap.newKeySet();
  private final Queue<Runnable> afterEvents = new ConcurrentLinkedQueue<>();
  private final LibusbTransfer[] landed = new LibusbTransfer[MAX_LANDED]; // event thread's
  private int landedCount; // event thread's
  private final Thread events = new Thread(this::handleEvents, "bulkhead libusb events");
  private volatile boolean stopping;
  private boolean closing; // guarded by this
  private boolean exited; // guarded by this
  private int leaks; // guarded by this

  /** Guards {@link #threadEnded} alone: whoever frees a transfer must not wait for an open. */
  private final Object ending = new Object();

  private boolean threadEnded;

  /**
   * Initialises libusb and starts the event thread.
   *
   * @param onHotplug called on the event thread for each hot-plug event
   * @throws UsbException FAULT where libusb does not work on this machine
   */
  LibusbContext(Logger log, Runnable onHotplug) throws UsbException {
    this.log = log;
    int code = LibUsb.init(context);
    if (code != LibUsb.SUCCESS) {
      throw new UsbException(
          LibusbCode.kind(code), "libusb does not start: " + LibusbCode.name(code), 0, code);
    }
    this.onHotplug = onHotplug;
    registerHotplug();
    events.setDaemon(true);
    events.start();
  }

  private void registerHotplug() {
    int code =
        LibUsb.hotplugRegisterCallback(
            context,
            LibUsb.HOTPLUG_EVENT_DEVICE_ARRIVED | LibUsb.HOTPLUG_EVENT_DEVICE_LEFT,
            0,
            LibUsb.HOTPLUG_MATCH_ANY,
            LibUsb.HOTPLUG_MATCH_ANY,
            LibUsb.HOTPLUG_MATCH_ANY,
            HotplugFlag.callback(hotplug),
            null,
            new HotplugCallbackHandle());
    if (code != LibUsb.SUCCESS) {
      log.debug("libusb has no hot-plug events: {}", LibusbCode.name(code));
    }
  }

  private void handleEvents() {
    boolean complained = false;
    while (!stopping) {
      int code = LibUsb.ERROR_OTHER;
      try {
        code = LibUsb.handleEventsTimeout(context, WAIT_MICROS);
        settle();
        if (hotplug.get() && hotplug.getAndSet(false)) {
          onHotplug.run();
        }
        runAfterEvents();
      } catch (RuntimeException | Error e) {
        log.error("libusb's event thread goes on after a failure", e);
      }
      if (code != LibUsb.SUCCESS && code != LibUsb.ERROR_INTERRUPTED) {
        if (!complained) {
          log.warn("libusb cannot handle events: {}; trying again", LibusbCode.name(code));
          complained = true;
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
      }
    }
  }

  /**
   * Has a transfer's waiter woken when libusb has no further callback to make for now. Called on
   * the event thread, in a callback.
   */
  void settleLater(LibusbTransfer transfer) {
    landed[landedCount++] = transfer;
    if (landedCount == MAX_LANDED) {
      settle();
    }
  }

  private void settle() {
    for (int i = 0; i < landedCount; i++) {
      landed[i].settle();
      landed[i] = null;
    }
    landedCount = 0;
  }

  private void runAfterEvents() {
    for (Runnable task = afterEvents.poll(); task != null; task = afterEvents.poll()) {
      task.run();
    }
  }

  boolean onEventThread() {
    return Thread.currentThread() == events;
  }

  /**
   * Runs a task when no callback is under way: later on the event thread, or at once where that has
   * ended. Does not block on the event thread.
   */
  void afterEvents(Runnable task) {
    if (onEventThread()) {
      afterEvents.add(task);
      return;
    }
    synchronized (ending) {
      afterEvents.add(task);
      if (threadEnded) {
        runAfterEvents();
      } else {
        LibUsb.interruptEventHandler(context);
      }
    }
  }

  /** Waits until every callback that has begun is over and all tasks are done. */
  boolean awaitEvents(long untilNanos) {
    return awaitTask(untilNanos) && awaitTask(untilNanos);
  }

  /** After one of these no callback runs any more; after another what it left to do is done. */
  private boolean awaitTask(long untilNanos) {
    CountDownLatch done = new CountDownLatch(1);
    afterEvents(done::countDown);
    return Waiting.await(done, untilNanos);
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

  /** Closes all handles, ends the event thread and exits libusb. Not on the event thread. */
  void close() {
    synchronized (this) {
      closing = true;
    }
    List<LibusbHandle> open = List.copyOf(handles);
    open.forEach(LibusbHandle::refuse);
    open.forEach(LibusbHandle::close);
    synchronized (ending) {
      if (threadEnded) {
        return;
      }
      stopping = true;
      LibUsb.interruptEventHandler(context);
    }
    if (!Waiting.join(events, END_MILLIS)) {
      log.error("libusb's event thread does not end; its context is left as it is");
      return;
    }
    synchronized (ending) {
      if (!threadEnded) {
        threadEnded = true;
        exit();
      }
    }
  }

  private synchronized void exit() {
    runAfterEvents();
    exited = true;
    leaks += handles.size();
    if (leaks > 0) {
      log.error("a libusb context is left as it is, for {} handles that cannot be closed", leaks);
    } else {
      LibUsb.exit(context);
    }
  }
}
