package org.bulkhead.framework.internal.access;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;
import org.osgi.service.device.Driver;

/**
 * Which driver has which device, and which devices wait for the driver that they had: for the same
 * {@code DRIVER_ID} or the same bundle, as long as the update wait lasts. Thread-safe.
 */
final class Owners {

  /** A driver that may come back. */
  record Wait(String driverId, Bundle bundle, long untilNanos) {

    private boolean isOver() {
      return System.nanoTime() - untilNanos > 0;
    }

    /** An update may well come with another id, which stands for a revision. */
    private boolean isFor(String id, Bundle from) {
      return Objects.equals(driverId, id) || Objects.equals(bundle, from);
    }
  }

  private final Duration updateWait;
  private final Map<ServiceReference<?>, ServiceReference<?>> owners = new ConcurrentHashMap<>();
  private final Map<ServiceReference<?>, Wait> waits = new ConcurrentHashMap<>();

  Owners(Duration updateWait) {
    this.updateWait = updateWait;
  }

  /** A driver has a device; its wait is over. */
  void own(ServiceReference<?> device, ServiceReference<Driver> driver) {
    owners.put(device, driver);
    waits.remove(device);
  }

  /** Whether a driver had the device, which it has no longer. */
  boolean disown(ServiceReference<?> device, ServiceReference<Driver> driver) {
    return owners.remove(device, driver);
  }

  boolean isOwned(ServiceReference<?> device) {
    return owners.containsKey(device);
  }

  Set<ServiceReference<?>> ownedBy(ServiceReference<?> driver) {
    Set<ServiceReference<?>> owned = new LinkedHashSet<>();
    owners.forEach(
        (device, owner) -> {
          if (owner.equals(driver)) {
            owned.add(device);
          }
        });
    return owned;
  }

  /** Devices have lost their driver, and wait for it from now on. */
  Wait await(Set<ServiceReference<?>> devices, String driverId, Bundle bundle) {
    Wait wait = new Wait(driverId, bundle, System.nanoTime() + updateWait.toNanos());
    devices.forEach(device -> waits.put(device, wait));
    owners.keySet().removeAll(devices);
    return wait;
  }

  /** Any driver may have the device now. */
  void waitNoMore(ServiceReference<?> device) {
    waits.remove(device);
  }

  /** Whether a driver may have a device now: it waits for none, or for this one. */
  boolean mayHave(ServiceReference<?> device, String driverId, Bundle bundle) {
    Wait wait = waits.get(device);
    if (wait != null && wait.isOver()) {
      waits.remove(device, wait);
      return true;
    }
    return wait == null || wait.isFor(driverId, bundle);
  }

  /** The device has left. */
  void forget(ServiceReference<?> device) {
    owners.remove(device);
    waits.remove(device);
  }
}
