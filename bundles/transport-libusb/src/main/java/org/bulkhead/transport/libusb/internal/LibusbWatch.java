package org.bulkhead.transport.libusb.internal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.bulkhead.device.transport.Transport;
import org.bulkhead.device.transport.TransportListener;
import org.bulkhead.device.usb.UsbException;
import org.osgi.service.log.Logger;

/**
 * A watch: one thread that compares sysfs with what it has reported, when a hot-plug event comes
 * and from time to time. It tells the listener, and does what blocks for the event thread.
 */
final class LibusbWatch implements Transport.Watch {

  /** A device gets its configuration after its folder; one that gets none is reported so. */
  private static final long CONFIGURE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** What no event announced may be half there; it is looked at a second time. */
  private static final long SETTLE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** Root hubs are "usb1", what hangs on them "1-1", and on that "1-1.2". */
  private static final Comparator<String> HUBS_FIRST =
      Comparator.<String, Boolean>comparing(location -> !location.startsWith("usb"))
          .thenComparing(Comparator.naturalOrder());

  /** The listener returns quickly, by its contract. */
  private static final long END_MILLIS = 10_000;

  private final Logger log;
  private final TransportListener listener;
  private final Pace pace;
  private final LibusbContexts contexts;
  private final SortedMap<String, Seen> seen = new TreeMap<>(HUBS_FIRST);
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final Set<LibusbDevice> renewed = ConcurrentHashMap.newKeySet();
  private final Thread thread = new Thread(this::run, "bulkhead libusb devices");
  private volatile boolean stopping;
  private volatile boolean event;
  private volatile boolean look;
  private volatile boolean polling;
  private boolean announced;
  private boolean first = true;
  private String complaint = "";

  /** What is at a location; the device is null until it is reported. */
  private static final class Seen {
    SysfsDevice.Key key;
    final long since;
    final boolean fresh;
    LibusbDevice device;

    Seen(SysfsDevice.Key key, long since, boolean fresh) {
      this.key = key;
      this.since = since;
      this.fresh = fresh;
    }
  }

  LibusbWatch(Logger log, TransportListener listener, long safetyNanos, long pollNanos) {
    this.log = log;
    this.listener = listener;
    pace = new Pace(safetyNanos, pollNanos);
    contexts = new LibusbContexts(log, this::hotplug, () -> !polling);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  Logger log() {
    return log;
  }

  /** A hot-plug event; called on the event thread. */
  private void hotplug() {
    event = true;
    LockSupport.unpark(thread);
  }

  /** Looks at once. */
  void rescan() {
    look = true;
    LockSupport.unpark(thread);
  }

  /** Reports a device as gone, and what is at its location as arrived. */
  void renew(LibusbDevice device) {
    renewed.add(device);
    rescan();
  }

  /** Runs a task that blocks, on the watch's thread. */
  void later(Runnable task) {
    tasks.add(task);
    LockSupport.unpark(thread);
  }

  private void run() {
    while (!stopping) {
      look = false;
      announced = event;
      if (announced) {
        event = false;
        pace.event(System.nanoTime());
      }
      try {
        startLibusb();
        look();
      } catch (IOException | RuntimeException | Error e) {
        log.error("looking for USB devices failed; trying again", e);
      }
      long now = System.nanoTime();
      sleep(now, pace.waitNanos(now, unfinished()));
    }
    // Children before their hubs.
    List<Seen> last = new ArrayList<>(seen.values());
    Collections.reverse(last);
    last.forEach(this::left);
  }

  private void sleep(long from, long nanos) {
    while (!stopping && !event && !look) {
      for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
        task.run();
      }
      long left = nanos - (System.nanoTime() - from);
      if (left <= 0) {
        return;
      }
      if (tasks.isEmpty()) {
        LockSupport.parkNanos(this, left);
      }
    }
  }

  /** libusb is needed for its events, even while no device is open. */
  private void startLibusb() {
    try {
      contexts.current();
      complaint = "";
    } catch (UsbException e) {
      if (!e.getMessage().equals(complaint)) {
        complaint = e.getMessage();
        log.warn(
            "{}. Is there a {}? In a container, pass it in (docker run --device). Trying again"
                + " from time to time",
            complaint,
            Sysfs.NODES);
      }
    }
  }

  private void look() throws IOException {
    long now = System.nanoTime();
    boolean changed = false;
    Set<String> present = new HashSet<>();
    Set<String> locations = Sysfs.locations();
    for (String location : List.copyOf(seen.keySet())) {
      Seen known = seen.get(location);
      Optional<SysfsDevice.Key> key =
          locations.contains(location) ? Sysfs.key(location) : Optional.empty();
      boolean same = key.isPresent() && key.get().sameDevice(known.key);
      boolean configured = same && key.get().configuration() != known.key.configuration();
      if (!same || known.device != null && (configured || renewed.remove(known.device))) {
        changed |= !same;
        seen.remove(location);
        left(known);
      } else {
        known.key = key.get();
        present.add(location);
        if (known.device != null && known.device.altered()) {
          tell(() -> listener.altered(known.device));
        }
      }
    }
    renewed.removeIf(device -> !isSeen(device));
    for (String location : locations) {
      if (!present.contains(location)) {
        Optional<SysfsDevice.Key> key = Sysfs.key(location);
        if (key.isPresent()) {
          changed = true;
          seen.put(location, new Seen(key.get(), now, !first));
        }
      }
    }
    report(now);
    first = false;
    if (pace.looked(now, changed)) {
      polling = true;
      log.warn(
          "USB devices come and go without hot-plug events: is udevd running, is this a container?"
              + " Looking for devices at the short interval from now on");
    }
  }

  private boolean isSeen(LibusbDevice device) {
    Seen known = seen.get(device.location());
    return known != null && known.device == device;
  }

  private void report(long now) {
    for (var entry : seen.entrySet()) {
      Seen known = entry.getValue();
      if (known.device == null && isComplete(known, now)) {
        Optional<SysfsDevice> device = Sysfs.read(entry.getKey(), known.key);
        if (device.isPresent()) {
          known.device = new LibusbDevice(device.get(), known.fresh, this, contexts);
          log.debug("arrived: {}", device.get());
          tell(() -> listener.arrived(known.device));
        }
      }
    }
  }

  private boolean isComplete(Seen known, long now) {
    long age = now - known.since;
    return known.key.configuration() == 0
        ? age >= CONFIGURE_NANOS
        : announced || age >= SETTLE_NANOS;
  }

  private boolean unfinished() {
    return seen.values().stream().anyMatch(known -> known.device == null);
  }

  private void left(Seen known) {
    if (known.device != null) {
      known.device.leave();
      log.debug("left: {}", known.device.sysfs());
      tell(() -> listener.left(known.device));
    }
  }

  private void tell(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException | Error e) {
      log.error("the listener of the libusb transport failed", e);
    }
  }

  @Override
  public void close() {
    if (Thread.currentThread() == thread) {
      throw new IllegalStateException("a watch is not closed from its listener");
    }
    stopping = true;
    LockSupport.unpark(thread);
    if (!Waiting.join(thread, END_MILLIS)) {
      log.error("the listener of the libusb transport does not return");
    }
    contexts.close();
  }
}
