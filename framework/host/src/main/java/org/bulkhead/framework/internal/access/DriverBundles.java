package org.bulkhead.framework.internal.access;

import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.device.DriverLocator;
import org.osgi.service.log.Logger;

/**
 * Driver bundles on demand: asks the DriverLocator services which drivers a device needs, installs
 * what is not there, and removes again what it installed when it has been idle for long (compendium
 * sections 103.5 and 103.7, steps A, B, G and K). On the device manager's thread.
 */
final class DriverBundles {

  /** A driver that locators named, and those that did. */
  record Located(String driverId, List<ServiceReference<DriverLocator>> by) {}

  private static final String LOCATION = "bulkhead-driver:";

  private final BundleContext context;
  private final Logger log;
  private final ThirdParty thirdParty;
  private final Predicate<String> registered;
  private final long idleNanos;
  private final Map<Bundle, Long> idleSince = new HashMap<>();

  /**
   * Nothing installed yet.
   *
   * @param registered whether a Driver service with such an id is there
   * @param idle after how long an idle driver bundle is removed, zero for never
   */
  DriverBundles(
      BundleContext context,
      Logger log,
      ThirdParty thirdParty,
      Predicate<String> registered,
      Duration idle) {
    this.context = context;
    this.log = log;
    this.thirdParty = thirdParty;
    this.registered = registered;
    this.idleNanos = idle.toNanos();
  }

  /**
   * Step A: what the locators know for a device. What goes wrong with one does not hinder others.
   */
  List<Located> find(ServiceReference<?> device) {
    Map<String, List<ServiceReference<DriverLocator>>> found = new LinkedHashMap<>();
    Dictionary<String, Object> properties = device.getProperties();
    for (ServiceReference<DriverLocator> reference : locators()) {
      try {
        String[] ids = with(reference, "findDrivers", l -> l.findDrivers(properties));
        for (String id : ids == null ? new String[0] : ids) {
          if (id != null) {
            found.computeIfAbsent(id, i -> new ArrayList<>()).add(reference);
          }
        }
      } catch (Exception failed) {
        log.warn("driver locator {}: {}", name(reference), failed.toString());
      }
    }
    List<Located> located = new ArrayList<>();
    found.forEach((id, by) -> located.add(new Located(id, by)));
    return located;
  }

  /** Step B: installs and starts a driver that is not there, from whoever can. */
  void load(Located driver) {
    if (registered.test(driver.driverId())) {
      return;
    }
    Set<ServiceReference<DriverLocator>> sources = new LinkedHashSet<>(driver.by());
    sources.addAll(locators());
    for (ServiceReference<DriverLocator> source : sources) {
      if (loaded(driver.driverId(), source)) {
        return;
      }
    }
    log.warn("driver {} could not be loaded from any locator", driver.driverId());
  }

  /** Step G: a driver that another one referred to. */
  void load(String driverId) {
    load(new Located(driverId, List.of()));
  }

  private boolean loaded(String driverId, ServiceReference<DriverLocator> source) {
    Bundle bundle = null;
    try {
      bundle = with(source, "loadDriver " + driverId, l -> install(l, driverId));
      if (bundle == null) {
        return false;
      }
      bundle.start();
      if (registered.test(driverId)) {
        idleSince.put(bundle, System.nanoTime());
        log.info("driver {} installed from {}", driverId, name(source));
        return true;
      }
      log.warn("bundle {} from {} has no driver {}", bundle, name(source), driverId);
    } catch (Exception failed) {
      log.warn("driver {} from {}: {}", driverId, name(source), failed.toString());
    }
    uninstall(bundle);
    return false;
  }

  private Bundle install(DriverLocator locator, String driverId) throws Exception {
    try (InputStream jar = locator.loadDriver(driverId)) {
      if (jar == null) {
        return null;
      }
      // A leftover of a life in which it could not be started.
      uninstall(context.getBundle(LOCATION + driverId));
      return context.installBundle(LOCATION + driverId, jar);
    }
  }

  private void uninstall(Bundle bundle) {
    if (bundle != null) {
      try {
        bundle.uninstall();
      } catch (BundleException | IllegalStateException failed) {
        log.warn("driver bundle {} cannot be removed: {}", bundle, failed.getMessage());
      }
    }
  }

  /**
   * Step K: removes driver bundles of ours that have been idle for long.
   *
   * @param busy whether a bundle's drivers use a device
   */
  void removeIdle(Predicate<Bundle> busy) {
    long now = System.nanoTime();
    for (Iterator<Map.Entry<Bundle, Long>> all = idleSince.entrySet().iterator();
        idleNanos > 0 && all.hasNext(); ) {
      Map.Entry<Bundle, Long> entry = all.next();
      Bundle bundle = entry.getKey();
      if (bundle.getState() == Bundle.UNINSTALLED) {
        all.remove();
      } else if (busy.test(bundle)) {
        entry.setValue(now);
      } else if (now - entry.getValue() >= idleNanos) {
        all.remove();
        log.info("driver bundle {} was idle for long and is removed", bundle.getSymbolicName());
        uninstall(bundle);
      }
    }
  }

  private List<ServiceReference<DriverLocator>> locators() {
    try {
      return context.getServiceReferences(DriverLocator.class, null).stream()
          .sorted(java.util.Comparator.reverseOrder())
          .toList();
    } catch (InvalidSyntaxException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** A call of a locator. */
  @FunctionalInterface
  private interface Call<T> {
    T on(DriverLocator locator) throws Exception;
  }

  private <T> T with(ServiceReference<DriverLocator> reference, String what, Call<T> call)
      throws Exception {
    DriverLocator locator = context.getService(reference);
    if (locator == null) {
      return null;
    }
    try {
      return thirdParty.call(what, () -> call.on(locator));
    } finally {
      context.ungetService(reference);
    }
  }

  private static String name(ServiceReference<?> reference) {
    Bundle bundle = reference.getBundle();
    return bundle == null ? "(gone)" : bundle.getSymbolicName();
  }
}
