package org.bulkhead.framework.internal.access;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.FrameworkListener;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceListener;
import org.osgi.framework.ServiceReference;
import org.osgi.service.device.Driver;
import org.osgi.service.log.Logger;

/**
 * The device manager of OSGi Device Access 1.1 (compendium chapter 103): when to run the attachment
 * algorithm, and for which devices. The algorithm itself is {@link AttachRun}.
 *
 * <p>Service events note who is there and queue work. One thread, {@code device-manager}, runs the
 * algorithm, one device at a time. A device whose driver went away waits for the same {@code
 * DRIVER_ID}, or the same bundle, before another driver may have it, which is how an update keeps
 * its devices.
 */
public final class DeviceManager
    implements ServiceListener,
        FrameworkListener,
        AttachRun.Known,
        DriverBundles.Manager,
        AutoCloseable {

  /**
   * Between two runs for all devices, and before one for a change of properties: a service that
   * changes whenever it is asked is not to keep the manager from the others.
   */
  private static final long PAUSE_NANOS = 50_000_000;

  /** So that a wait is over for certain when its devices are looked at. */
  private static final long WAIT_OVER_NANOS = 1_000_000;

  private static final long LONGEST_IDLE_CHECK_NANOS = 10_000_000_000L;
  private static final long SHORTEST_IDLE_CHECK_NANOS = 100_000_000;

  private final BundleContext context;
  private final Logger log;
  private final Settings settings;
  private final ThirdParty thirdParty;
  private final DriverBundles bundles;
  private final HungDrivers hung;
  private final Orphans orphans;
  private final RunQueue runs;
  private final Present present = new Present();
  private final Owners owners;
  private final Set<ServiceReference<?>> modified = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean rescanQueued = new AtomicBoolean();
  private final List<CountDownLatch> startWaiters = new ArrayList<>();
  private volatile long lastRescanNanos = System.nanoTime() - PAUSE_NANOS;
  private boolean started;

  /**
   * A manager that does nothing yet.
   *
   * @param settings its numbers
   */
  public DeviceManager(BundleContext context, Logger log, Settings settings) {
    this.context = context;
    this.log = log;
    this.settings = settings;
    this.thirdParty = new ThirdParty(context, log, settings.deadline());
    this.bundles = new DriverBundles(context, log, thirdParty, this, settings.idleDriverRemoval());
    this.hung = new HungDrivers(context, log, thirdParty);
    this.orphans = new Orphans(log, thirdParty, this::isIdle);
    this.runs = new RunQueue(log);
    this.owners = new Owners(settings.updateWait());
  }

  /**
   * The manager's numbers.
   *
   * @param updateWait how long a device waits for its driver to come back
   * @param deadline how long a standard driver, locator or selector may take
   * @param idleDriverRemoval after how long idle a driver bundle that was installed on demand goes;
   *     zero for never
   */
  public record Settings(Duration updateWait, Duration deadline, Duration idleDriverRemoval) {}

  /** Starts listening; attaches nothing before the framework has started. */
  public void open() {
    try {
      context.addServiceListener(this, DeviceRoles.FILTER);
      context.addFrameworkListener(this);
      ServiceReference<?>[] there = context.getAllServiceReferences(null, DeviceRoles.FILTER);
      Stream.ofNullable(there).flatMap(Stream::of).forEach(reference -> appeared(reference, false));
    } catch (InvalidSyntaxException impossible) {
      throw new IllegalStateException(impossible);
    }
    if (context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).getState() == Bundle.ACTIVE) {
      runs.add(this::start);
    }
    checkIdleDrivers(idleCheckNanos());
  }

  private long idleCheckNanos() {
    long half = settings.idleDriverRemoval().toNanos() / 2;
    return half == 0
        ? LONGEST_IDLE_CHECK_NANOS
        : Math.max(SHORTEST_IDLE_CHECK_NANOS, Math.min(half, LONGEST_IDLE_CHECK_NANOS));
  }

  /** Does something from time to time, between the runs of the algorithm. */
  public void every(Duration period, Runnable task) {
    runs.every(period, task);
  }

  @Override
  public void close() {
    context.removeServiceListener(this);
    context.removeFrameworkListener(this);
    runs.close();
    thirdParty.close();
  }

  /**
   * Waits until the algorithm has run for all that has happened so far.
   *
   * @param untilNanos when to stop waiting
   * @return whether it has
   */
  public boolean awaitQuiet(long untilNanos) throws InterruptedException {
    CountDownLatch first = new CountDownLatch(1);
    // The framework's start is queued by an event that may still be on its way.
    Runnable wait = () -> whenStarted(first);
    if (rescanQueued.get() || !modified.isEmpty()) {
      runs.add(wait, PAUSE_NANOS + 1);
    } else {
      runs.add(wait);
    }
    return first.await(untilNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
  }

  private void whenStarted(CountDownLatch latch) {
    if (started) {
      latch.countDown();
    } else {
      startWaiters.add(latch);
    }
  }

  @Override
  public void frameworkEvent(FrameworkEvent event) {
    if (event.getType() == FrameworkEvent.STARTED) {
      runs.add(this::start);
    }
  }

  @Override
  public void serviceChanged(ServiceEvent event) {
    ServiceReference<?> reference = event.getServiceReference();
    switch (event.getType()) {
      case ServiceEvent.REGISTERED -> appeared(reference, false);
      case ServiceEvent.MODIFIED -> appeared(reference, true);
      default -> {
        deviceLeft(reference);
        driverLeft(reference);
        thirdParty.forget(reference);
        runs.add(() -> bundles.changed(reference));
      }
    }
  }

  /**
   * Notes at once who is there, since a run under way may be about to ask, and queues the rest. A
   * locator says by registering, and by changing its properties, that it may know more now.
   */
  private void appeared(ServiceReference<?> reference, boolean again) {
    if (!DeviceRoles.isDevice(reference)) {
      deviceLeft(reference);
    } else if (present.addDevice(reference)) {
      runs.add(() -> attach(reference));
    } else if (modified.add(reference)) {
      runs.add(
          () -> {
            modified.remove(reference);
            attach(reference);
          },
          PAUSE_NANOS);
    }
    if (DeviceRoles.isDriver(reference)) {
      driverAppeared(reference, again);
    }
    if (DeviceRoles.isLocator(reference)) {
      runs.add(() -> bundles.changed(reference));
      rescan();
    }
  }

  private void driverAppeared(ServiceReference<?> driver, boolean again) {
    String driverId = DeviceRoles.driverId(driver);
    String before = present.driverId(driver);
    if (driverId == null) {
      if (before != null || !again) {
        log.error(
            "a Driver service of bundle {} has no {} that is a text and is not asked",
            driver.getBundle(),
            org.osgi.service.device.Constants.DRIVER_ID);
      }
      driverLeft(driver);
    } else if (!driverId.equals(before)) {
      present.addDriver(driver, driverId);
      rescan();
    }
  }

  private void deviceLeft(ServiceReference<?> device) {
    if (present.removeDevice(device)) {
      owners.forget(device);
    }
  }

  private void driverLeft(ServiceReference<?> driver) {
    String driverId = present.driverId(driver);
    if (driverId != null) {
      Bundle bundle = driver.getBundle();
      Set<ServiceReference<?>> left = owners.ownedBy(driver);
      // What a manager before this one attached it to.
      present.usedBy(bundle).stream().filter(device -> !owners.isOwned(device)).forEach(left::add);
      // They wait before they are idle, as a run under way may ask.
      Owners.Wait wait = owners.await(left, driverId, bundle);
      present.removeDriver(driver);
      attachAfter(wait, left);
      if (present.isDriver(driverId)) {
        // Its successor stands ready.
        runs.add(() -> attachIdle(left));
      }
    }
  }

  /** Attaches devices to others when the time for their driver to come back is over. */
  private void attachAfter(Owners.Wait wait, Collection<ServiceReference<?>> devices) {
    if (!devices.isEmpty()) {
      runs.add(
          () -> attachIdle(devices),
          Math.max(0, wait.untilNanos() - System.nanoTime()) + WAIT_OVER_NANOS);
    }
  }

  @Override
  public void after(Duration delay, Runnable task) {
    runs.add(task, delay.toNanos());
  }

  @Override
  public void rescan() {
    if (!rescanQueued.getAndSet(true)) {
      runs.add(
          () -> {
            rescanQueued.set(false);
            attachIdle(present.devices());
            lastRescanNanos = System.nanoTime();
          },
          Math.max(0, lastRescanNanos + PAUSE_NANOS - System.nanoTime()));
    }
  }

  // ---- on the device manager's thread --------------------------------------------------------

  private void start() {
    started = true;
    attachIdle(present.devices());
    startWaiters.forEach(CountDownLatch::countDown);
    startWaiters.clear();
  }

  private void checkIdleDrivers(long periodNanos) {
    runs.add(
        () -> {
          checkIdleDrivers(periodNanos);
          bundles.removeIdle(bundle -> !present.usedBy(bundle).isEmpty());
        },
        periodNanos);
  }

  private void attachIdle(Collection<ServiceReference<?>> devices) {
    devices.forEach(this::attach);
  }

  private void attach(ServiceReference<?> device) {
    if (started && isIdle(device)) {
      new AttachRun(context, log, thirdParty, bundles, orphans, this, device)
          .run()
          .ifPresent(driver -> attached(device, driver));
    }
  }

  private void attached(ServiceReference<?> device, ServiceReference<Driver> driver) {
    String driverId = DeviceRoles.driverId(driver);
    Bundle bundle = driver.getBundle();
    owners.own(device, driver);
    if (bundle != null && present.driverId(driver) != null) {
      hung.attached(bundle);
    } else if (owners.disown(device, driver)) {
      // It left before it was known to own the device.
      Set<ServiceReference<?>> left = Set.of(device);
      attachAfter(owners.await(left, driverId, bundle), left);
    }
    if (!present.isDevice(device)) {
      owners.forget(device);
    }
  }

  /** Registered, and not used by any bundle that has registered a driver itself. */
  @Override
  public boolean isIdle(ServiceReference<?> device) {
    return present.isIdle(device);
  }

  @Override
  public List<ServiceReference<Driver>> drivers(ServiceReference<?> device) {
    return present.drivers().stream()
        .filter(driver -> owners.mayHave(device, present.driverId(driver), driver.getBundle()))
        .filter(thirdParty::isAsked)
        .toList();
  }

  @Override
  public void misbehaved(
      ServiceReference<Driver> driver, ServiceReference<?> device, String what, Exception how) {
    String driverId = present.driverId(driver);
    log.warn("driver {} in {}: {}", driverId, what, ThirdParty.describe(how));
    if (what.equals("attach") && how instanceof TimeoutException) {
      hung.restart(driver, driverId);
      // Its other devices wait for it; this one had better have another.
      owners.waitNoMore(device);
    }
  }

  @Override
  public boolean isRegistered(String driverId) {
    return present.isDriver(driverId);
  }
}
