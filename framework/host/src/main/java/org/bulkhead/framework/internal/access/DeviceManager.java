package org.bulkhead.framework.internal.access;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
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
import org.osgi.service.device.Device;
import org.osgi.service.device.Driver;
import org.osgi.service.log.Logger;

/**
 * The device manager of OSGi Device Access 1.1 (compendium chapter 103): brings Device and Driver
 * services together.
 *
 * <p>Service events only queue work. One thread, {@code device-manager}, runs the algorithm of
 * section 103.7, one device at a time. A device whose driver went away waits for the same {@code
 * DRIVER_ID} before another driver may have it, which is how an update keeps its devices.
 */
public final class DeviceManager implements ServiceListener, FrameworkListener, AutoCloseable {

  private static final String DEVICES =
      "(|(objectClass=org.osgi.service.device.Device)(DEVICE_CATEGORY=*))";
  private static final String DRIVERS = "(objectClass=org.osgi.service.device.Driver)";

  /** A device that waits for its driver to come back. */
  private record Wait(String driverId, long untilNanos) {}

  private record Candidate(ServiceReference<?> driver, int match) {}

  private final BundleContext context;
  private final Logger log;
  private final long updateWaitNanos;
  private final ScheduledThreadPoolExecutor runs;
  private final Set<ServiceReference<?>> devices = new LinkedHashSet<>();
  private final Set<ServiceReference<?>> drivers = new LinkedHashSet<>();
  private final Map<ServiceReference<?>, String> owners = new HashMap<>();
  private final Map<ServiceReference<?>, Wait> waits = new HashMap<>();
  private boolean started;

  /**
   * A manager that does nothing yet.
   *
   * @param updateWait how long a device waits for its driver to come back
   */
  public DeviceManager(BundleContext context, Logger log, Duration updateWait) {
    this.context = context;
    this.log = log;
    this.updateWaitNanos = updateWait.toNanos();
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

  /** Starts listening; attaches nothing before the framework has started (section 103.7.1). */
  public void open() {
    try {
      context.addServiceListener(this, "(|" + DEVICES + DRIVERS + ")");
      context.addFrameworkListener(this);
      for (String filter : List.of(DEVICES, DRIVERS)) {
        ServiceReference<?>[] present = context.getAllServiceReferences(null, filter);
        Stream.ofNullable(present).flatMap(Stream::of).forEach(r -> queue(() -> appeared(r)));
      }
    } catch (InvalidSyntaxException impossible) {
      throw new IllegalStateException(impossible);
    }
    if (context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).getState() == Bundle.ACTIVE) {
      queue(this::start);
    }
  }

  @Override
  public void close() {
    context.removeServiceListener(this);
    context.removeFrameworkListener(this);
    runs.shutdownNow();
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
      case ServiceEvent.REGISTERED -> queue(() -> appeared(reference));
      case ServiceEvent.UNREGISTERING -> {
        String driverId = driverId(reference);
        queue(() -> disappeared(reference, driverId));
      }
      default -> {
        // A change of properties does not undo an attachment, and an idle device is tried again
        // with the next driver.
      }
    }
  }

  private void queue(Runnable task) {
    try {
      runs.execute(task);
    } catch (RejectedExecutionException closed) {
      log.debug("an event after the device manager's end");
    }
  }

  // ---- on the device manager's thread --------------------------------------------------------

  private void start() {
    if (!started) {
      started = true;
      attachIdle();
    }
  }

  private void appeared(ServiceReference<?> reference) {
    if (isDriver(reference)) {
      if (drivers.add(reference) && started) {
        attachIdle();
      }
    } else if (devices.add(reference) && started) {
      attach(reference);
    }
  }

  private void disappeared(ServiceReference<?> reference, String driverId) {
    if (!drivers.remove(reference)) {
      devices.remove(reference);
      owners.remove(reference);
      waits.remove(reference);
      return;
    }
    Wait wait = new Wait(driverId, System.nanoTime() + updateWaitNanos);
    for (ServiceReference<?> device : List.copyOf(owners.keySet())) {
      if (owners.get(device).equals(driverId)) {
        owners.remove(device);
        waits.put(device, wait);
      }
    }
    runs.schedule(this::attachIdle, updateWaitNanos + 1_000_000, TimeUnit.NANOSECONDS);
  }

  private void attachIdle() {
    List.copyOf(devices).forEach(this::attach);
  }

  private boolean isIdle(ServiceReference<?> device) {
    Bundle[] users = device.getUsingBundles();
    if (device.getBundle() == null) {
      return false;
    }
    Set<Bundle> driving = new HashSet<>();
    drivers.forEach(d -> driving.add(d.getBundle()));
    return Stream.ofNullable(users).flatMap(Stream::of).noneMatch(driving::contains);
  }

  private void attach(ServiceReference<?> device) {
    if (!isIdle(device)) {
      return;
    }
    Set<ServiceReference<?>> excluded = new HashSet<>();
    List<Candidate> candidates = candidates(device, excluded);
    while (!candidates.isEmpty()) {
      Candidate best = candidates.get(0);
      if (attached(device, best.driver())) {
        return;
      }
      excluded.add(best.driver());
      candidates = candidates(device, excluded);
    }
    noDriverFound(device);
  }

  /** The drivers that match, best first (section 103.7.4). */
  private List<Candidate> candidates(
      ServiceReference<?> device, Set<ServiceReference<?>> excluded) {
    Wait wait = waits.get(device);
    if (wait != null && System.nanoTime() - wait.untilNanos() > 0) {
      waits.remove(device);
      wait = null;
    }
    List<Candidate> candidates = new ArrayList<>();
    for (ServiceReference<?> driver : drivers) {
      if (!excluded.contains(driver)
          && (wait == null || Objects.equals(wait.driverId(), driverId(driver)))) {
        int match = match(driver, device);
        if (match > Device.MATCH_NONE) {
          candidates.add(new Candidate(driver, match));
        }
      }
    }
    // A reference compares lower for a lower ranking, and then for a higher service id.
    candidates.sort(
        Comparator.comparingInt(Candidate::match)
            .thenComparing(c -> (ServiceReference<?>) c.driver())
            .reversed());
    return candidates;
  }

  private int match(ServiceReference<?> reference, ServiceReference<?> device) {
    Object driver = context.getService(reference);
    try {
      return driver == null ? Device.MATCH_NONE : ((Driver) driver).match(device);
    } catch (Throwable thrown) {
      log.warn("driver {} failed to match: {}", driverId(reference), thrown.toString());
      return Device.MATCH_NONE;
    } finally {
      unget(reference, driver);
    }
  }

  private boolean attached(ServiceReference<?> device, ServiceReference<?> reference) {
    Object driver = context.getService(reference);
    try {
      String referral = driver == null ? "" : ((Driver) driver).attach(device);
      if (referral == null) {
        owners.put(device, driverId(reference));
        waits.remove(device);
        return true;
      }
    } catch (Throwable thrown) {
      log.warn("driver {} failed to attach: {}", driverId(reference), thrown.toString());
    } finally {
      unget(reference, driver);
    }
    return false;
  }

  private void noDriverFound(ServiceReference<?> reference) {
    Object device = context.getService(reference);
    try {
      if (device instanceof Device standard) {
        standard.noDriverFound();
      }
    } catch (Throwable thrown) {
      log.warn("device {} failed in noDriverFound: {}", reference, thrown.toString());
    } finally {
      unget(reference, device);
    }
  }

  private void unget(ServiceReference<?> reference, Object service) {
    if (service != null) {
      context.ungetService(reference);
    }
  }

  private static boolean isDriver(ServiceReference<?> reference) {
    return List.of((String[]) reference.getProperty(Constants.OBJECTCLASS))
        .contains(Driver.class.getName());
  }

  private static String driverId(ServiceReference<?> driver) {
    return String.valueOf(driver.getProperty(org.osgi.service.device.Constants.DRIVER_ID));
  }
}
