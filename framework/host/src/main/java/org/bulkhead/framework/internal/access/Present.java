package org.bulkhead.framework.internal.access;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.service.device.Driver;

/** The devices and drivers that are registered, in the order of their registration. Thread-safe. */
final class Present {

  private record Registered(ServiceReference<Driver> reference, String driverId) {}

  private final Map<Long, ServiceReference<?>> devices = new ConcurrentSkipListMap<>();
  private final Map<Long, Registered> drivers = new ConcurrentSkipListMap<>();

  /** Whether it was not there. */
  boolean addDevice(ServiceReference<?> device) {
    return devices.putIfAbsent(id(device), device) == null;
  }

  /** Whether it was there. */
  boolean removeDevice(ServiceReference<?> device) {
    return devices.remove(id(device)) != null;
  }

  boolean isDevice(ServiceReference<?> device) {
    return devices.containsKey(id(device));
  }

  Collection<ServiceReference<?>> devices() {
    return devices.values();
  }

  // A Driver service is one by its objectClass.
  @SuppressWarnings("unchecked")
  void addDriver(ServiceReference<?> driver, String driverId) {
    drivers.put(id(driver), new Registered((ServiceReference<Driver>) driver, driverId));
  }

  void removeDriver(ServiceReference<?> driver) {
    drivers.remove(id(driver));
  }

  /** The id under which a driver is known, or null where it is not. */
  String driverId(ServiceReference<?> driver) {
    Registered registered = drivers.get(id(driver));
    return registered == null ? null : registered.driverId();
  }

  List<ServiceReference<Driver>> drivers() {
    return drivers.values().stream().map(Registered::reference).toList();
  }

  boolean isDriver(String driverId) {
    return drivers.values().stream().anyMatch(driver -> driver.driverId().equals(driverId));
  }

  /** Registered, and not used by any bundle that has registered a driver itself. */
  boolean isIdle(ServiceReference<?> device) {
    if (device.getBundle() == null || !isDevice(device)) {
      return false;
    }
    Bundle[] users = device.getUsingBundles();
    if (users == null) {
      return true;
    }
    Set<Bundle> driving = new HashSet<>();
    drivers.values().forEach(driver -> driving.add(driver.reference().getBundle()));
    return Stream.of(users).noneMatch(driving::contains);
  }

  /** The devices that a bundle uses. */
  List<ServiceReference<?>> usedBy(Bundle bundle) {
    ServiceReference<?>[] used =
        bundle == null || bundle.getState() == Bundle.UNINSTALLED
            ? null
            : bundle.getServicesInUse();
    return Stream.ofNullable(used)
        .flatMap(Stream::of)
        .<ServiceReference<?>>map(reference -> reference)
        .filter(this::isDevice)
        .toList();
  }

  private static Long id(ServiceReference<?> reference) {
    return (Long) reference.getProperty(Constants.SERVICE_ID);
  }
}
