package org.bulkhead.framework.internal.access;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
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
import org.osgi.service.device.DriverLocator;
import org.osgi.service.log.Logger;

/**
 * The device manager of OSGi Device Access 1.1 (compendium chapter 103): when to run the attachment
 * algorithm, and for which devices. The algorithm itself is {@link AttachRun}.
 *
 * <p>Service events note who is there and queue work. One thread, {@code device-manager}, runs the
 * algorithm, one device at a time. A device whose driver went away waits for the same {@code
 * DRIVER_ID} before another driver may have it, which is how an update keeps its devices.
 */
public final class DeviceManager
    implements ServiceListener, FrameworkListener, AttachRun.Known, AutoCloseable {

  private static final String DEVICES =
      "(|(objectClass=org.osgi.service.device.Device)(DEVICE_CATEGORY=*))";
  private static final String DRIVERS = "(objectClass=org.osgi.service.device.Driver)";
  private static final String LOCATORS = "(objectClass=org.osgi.service.device.DriverLocator)";

  /** Time-outs after which a standard driver is not asked any more until it registers anew. */
  private static final int MAX_TIMEOUTS = 3;

  private static final long IDLE_CHECK_SECONDS = 10;

  /** A device that waits for its driver to come back. */
  private record Wait(String driverId, long untilNanos) {}

  private final BundleContext context;
  private final Logger log;
  private final long updateWaitNanos;
  private final ThirdParty thirdParty;
  private final DriverBundles bundles;
  private final ScheduledThreadPoolExecutor runs;
  private final Set<ServiceReference<?>> devices = new CopyOnWriteArraySet<>();
  private final Set<ServiceReference<?>> drivers = new CopyOnWriteArraySet<>();
  private final Map<ServiceReference<?>, String> owners = new HashMap<>();
  private final Map<ServiceReference<?>, Wait> waits = new HashMap<>();
  private final Map<ServiceReference<?>, Integer> timeouts = new HashMap<>();
  private final AtomicBoolean locatorsAsked = new AtomicBoolean();
  private final List<CountDownLatch> startWaiters = new ArrayList<>();
  private boolean started;

  /**
   * A manager that does nothing yet.
   *
   * @param settings its numbers
   */
  public DeviceManager(BundleContext context, Logger log, Settings settings) {
    this.context = context;
    this.log = log;
    this.updateWaitNanos = settings.updateWait().toNanos();
    this.thirdParty = new ThirdParty(settings.deadline());
    this.bundles =
        new DriverBundles(
            context, log, thirdParty, this::isRegistered, settings.idleDriverRemoval());
    this.runs =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "device-manager");
              thread.setDaemon(true);
              return thread;
            });
    runs.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
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
      context.addServiceListener(this, "(|" + DEVICES + DRIVERS + LOCATORS + ")");
      context.addFrameworkListener(this);
      for (String filter : List.of(DEVICES, DRIVERS)) {
        ServiceReference<?>[] present = context.getAllServiceReferences(null, filter);
        Stream.ofNullable(present).flatMap(Stream::of).forEach(this::appeared);
      }
    } catch (InvalidSyntaxException impossible) {
      throw new IllegalStateException(impossible);
    }
    if (context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).getState() == Bundle.ACTIVE) {
      queue(this::start);
    }
    runs.scheduleWithFixedDelay(
        () -> bundles.removeIdle(this::isBusy),
        IDLE_CHECK_SECONDS,
        IDLE_CHECK_SECONDS,
        TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    context.removeServiceListener(this);
    context.removeFrameworkListener(this);
    runs.shutdownNow();
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
    queue(() -> whenStarted(first));
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
      queue(this::start);
    }
  }

  @Override
  public void serviceChanged(ServiceEvent event) {
    ServiceReference<?> reference = event.getServiceReference();
    switch (event.getType()) {
      case ServiceEvent.REGISTERED, ServiceEvent.MODIFIED -> appeared(reference);
      case ServiceEvent.UNREGISTERING -> disappeared(reference);
      default -> disappeared(reference);
    }
  }

  /**
   * Notes at once who is there, since a run under way may be about to ask, and queues the rest. A
   * locator says by registering, and by changing its properties, that it may know more now.
   */
  private void appeared(ServiceReference<?> reference) {
    if (isDriver(reference)) {
      drivers.add(reference);
      queue(
          () -> {
            timeouts.remove(reference);
            attachIdle();
          });
    } else if (isLocator(reference)) {
      if (!locatorsAsked.getAndSet(true)) {
        queue(this::askLocators);
      }
    } else {
      devices.add(reference);
      queue(() -> attach(reference));
    }
  }

  private void disappeared(ServiceReference<?> reference) {
    if (drivers.remove(reference)) {
      String driverId = driverId(reference);
      queue(() -> driverGone(reference, driverId));
    } else if (devices.remove(reference)) {
      queue(
          () -> {
            owners.remove(reference);
            waits.remove(reference);
          });
    }
  }

  private void queue(Runnable task) {
    try {
      runs.execute(
          () -> {
            try {
              task.run();
            } catch (RuntimeException | Error unexpected) {
              log.error("the device manager goes on after {}", unexpected.toString(), unexpected);
            }
          });
    } catch (RejectedExecutionException closed) {
      log.debug("an event after the device manager's end");
    }
  }

  // ---- on the device manager's thread --------------------------------------------------------

  private void start() {
    started = true;
    attachIdle();
    startWaiters.forEach(CountDownLatch::countDown);
    startWaiters.clear();
  }

  private void driverGone(ServiceReference<?> driver, String driverId) {
    timeouts.remove(driver);
    Wait wait = new Wait(driverId, System.nanoTime() + updateWaitNanos);
    for (ServiceReference<?> device : List.copyOf(owners.keySet())) {
      if (owners.get(device).equals(driverId)) {
        owners.remove(device);
        waits.put(device, wait);
      }
    }
    if (isRegistered(driverId)) {
      // Its successor stands ready.
      attachIdle();
    }
    runs.schedule(() -> queue(this::attachIdle), updateWaitNanos + 1_000_000, TimeUnit.NANOSECONDS);
  }

  private void askLocators() {
    locatorsAsked.set(false);
    attachIdle();
  }

  private void attachIdle() {
    devices.forEach(this::attach);
  }

  private void attach(ServiceReference<?> device) {
    if (started && isIdle(device)) {
      new AttachRun(context, log, thirdParty, bundles, this, device)
          .run(this::isIdle)
          .ifPresent(
              driver -> {
                owners.put(device, driverId(driver));
                waits.remove(device);
              });
    }
  }

  /** Registered, and not used by any bundle that has registered a driver itself. */
  private boolean isIdle(ServiceReference<?> device) {
    if (device.getBundle() == null || !devices.contains(device)) {
      return false;
    }
    Set<Bundle> driving = new HashSet<>();
    drivers.forEach(driver -> driving.add(driver.getBundle()));
    return Stream.ofNullable(device.getUsingBundles())
        .flatMap(Stream::of)
        .noneMatch(driving::contains);
  }

  private boolean isBusy(Bundle driver) {
    return devices.stream()
        .flatMap(device -> Stream.ofNullable(device.getUsingBundles()).flatMap(Stream::of))
        .anyMatch(driver::equals);
  }

  @Override
  public List<ServiceReference<?>> drivers(ServiceReference<?> device) {
    Wait wait = waits.get(device);
    if (wait != null && System.nanoTime() - wait.untilNanos() > 0) {
      waits.remove(device);
      wait = null;
    }
    String awaited = wait == null ? null : wait.driverId();
    return drivers.stream()
        .filter(driver -> awaited == null || Objects.equals(awaited, driverId(driver)))
        .filter(driver -> timeouts.getOrDefault(driver, 0) < MAX_TIMEOUTS)
        .toList();
  }

  @Override
  public void misbehaved(ServiceReference<?> driver, String what, Exception how) {
    log.warn("driver {} in {}: {}", driverId(driver), what, how.toString());
    if (how instanceof TimeoutException
        && timeouts.merge(driver, 1, Integer::sum) == MAX_TIMEOUTS) {
      log.error(
          "driver {} timed out {} times and is not asked any more; restart its bundle to try again",
          driverId(driver),
          MAX_TIMEOUTS);
    }
  }

  private boolean isRegistered(String driverId) {
    return drivers.stream().anyMatch(driver -> driverId.equals(driverId(driver)));
  }

  private static boolean isDriver(ServiceReference<?> reference) {
    return is(reference, Driver.class);
  }

  /** A device that is a locator too is a device. */
  private static boolean isLocator(ServiceReference<?> reference) {
    return is(reference, DriverLocator.class)
        && !is(reference, org.osgi.service.device.Device.class)
        && reference.getProperty(org.osgi.service.device.Constants.DEVICE_CATEGORY) == null;
  }

  private static boolean is(ServiceReference<?> reference, Class<?> type) {
    return List.of((String[]) reference.getProperty(Constants.OBJECTCLASS))
        .contains(type.getName());
  }

  private static String driverId(ServiceReference<?> driver) {
    return String.valueOf(driver.getProperty(org.osgi.service.device.Constants.DRIVER_ID));
  }
}
