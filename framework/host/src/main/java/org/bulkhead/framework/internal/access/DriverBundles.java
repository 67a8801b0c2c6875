package org.bulkhead.framework.internal.access;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeoutException;
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

  /** What the device manager does for its driver bundles. */
  interface Manager {

    /** Whether a Driver service with such an id is there. */
    boolean isRegistered(String driverId);

    /** Runs something later on the device manager's thread. */
    void after(Duration delay, Runnable task);

    /** Runs the algorithm for all idle devices. */
    void rescan();
  }

  private record Source(String driverId, ServiceReference<DriverLocator> locator) {}

  private static final String LOCATION = "bulkhead-driver:";

  /** No device has as many drivers. */
  private static final int MAX_NAMED = 100;

  private final BundleContext context;
  private final Logger log;
  private final ThirdParty thirdParty;
  private final Manager manager;
  private final long idleNanos;
  private final Spool spool;
  private final Map<Bundle, Long> idleSince = new HashMap<>();
  private final Set<Bundle> awaited = new HashSet<>();
  private final Set<Source> fruitless = new HashSet<>();

  /**
   * Nothing installed yet.
   *
   * @param idle after how long an idle driver bundle is removed, zero for never
   */
  DriverBundles(
      BundleContext context, Logger log, ThirdParty thirdParty, Manager manager, Duration idle) {
    this.context = context;
    this.log = log;
    this.thirdParty = thirdParty;
    this.manager = manager;
    this.idleNanos = idle.toNanos();
    this.spool = new Spool(context.getDataFile("on-demand").toPath());
  }

  /**
   * Step A: what the locators know for a device. What goes wrong with one does not hinder others.
   */
  List<Located> find(ServiceReference<?> device) {
    Map<String, List<ServiceReference<DriverLocator>>> found = new LinkedHashMap<>();
    for (ServiceReference<DriverLocator> reference : locators()) {
      try {
        // A copy for each, as one may write to it.
        Dictionary<String, Object> properties = new DeviceProperties(device);
        String[] ids = thirdParty.call(reference, "findDrivers", l -> l.findDrivers(properties));
        named(reference, ids)
            .forEach(id -> found.computeIfAbsent(id, i -> new ArrayList<>()).add(reference));
      } catch (Exception failed) {
        log.warn("driver locator of {}: {}", name(reference), ThirdParty.describe(failed));
      }
    }
    List<Located> located = new ArrayList<>();
    found.forEach((id, by) -> located.add(new Located(id, by)));
    return located;
  }

  private Set<String> named(ServiceReference<?> locator, String[] ids) {
    Set<String> named = new LinkedHashSet<>();
    for (String id : ids == null ? new String[0] : ids) {
      if (named.size() == MAX_NAMED) {
        log.warn(
            "driver locator of {} named {} drivers for one device; the first {} are tried",
            name(locator),
            ids.length,
            MAX_NAMED);
        break;
      }
      if (id != null && !id.isBlank()) {
        named.add(id);
      }
    }
    return named;
  }

  /** Step B: installs and starts a driver that is not there, from whoever can. */
  void load(Located driver) {
    String driverId = driver.driverId();
    if (manager.isRegistered(driverId) || awaited.contains(present(driverId))) {
      return;
    }
    Set<ServiceReference<DriverLocator>> sources = new LinkedHashSet<>(driver.by());
    sources.addAll(locators());
    for (ServiceReference<DriverLocator> source : sources) {
      if (!fruitless.contains(new Source(driverId, source)) && loaded(driverId, source)) {
        return;
      }
    }
    log.warn("driver {} could not be loaded from any locator", driverId);
  }

  /** Step G: a driver that another one referred to. */
  void load(String driverId) {
    load(new Located(driverId, List.of()));
  }

  private boolean loaded(String driverId, ServiceReference<DriverLocator> source) {
    Path jar = null;
    Bundle bundle = null;
    try {
      jar =
          thirdParty.call(
              source,
              "loadDriver " + driverId,
              locator -> {
                InputStream stream = locator.loadDriver(driverId);
                return stream == null ? null : spool.copy(stream);
              });
      if (jar == null) {
        return false;
      }
      bundle = install(driverId, jar);
      Bundle started = bundle;
      thirdParty.call(
          "the start of " + bundle,
          () -> {
            started.start();
            return null;
          });
      log.info("driver {} installed from {}", driverId, name(source));
      started(driverId, bundle, source);
      return true;
    } catch (Exception failed) {
      log.warn("driver {} from {}: {}", driverId, name(source), ThirdParty.describe(failed));
      return failedToLoad(bundle, failed);
    } finally {
      delete(jar);
    }
  }

  /** Whether that was the only try: a bundle that hangs as it starts keeps its location. */
  private boolean failedToLoad(Bundle bundle, Exception how) {
    if (bundle == null) {
      return false;
    }
    if (how instanceof TimeoutException) {
      awaited.add(bundle);
      thirdParty.later(() -> uninstallNow(bundle));
      return true;
    }
    uninstall(bundle);
    return false;
  }

  private Bundle install(String driverId, Path jar) throws Exception {
    // A leftover of a life in which it could not be started, or in which its locator lied.
    uninstall(present(driverId));
    try (InputStream bytes = Files.newInputStream(jar)) {
      return context.installBundle(LOCATION + driverId, bytes);
    }
  }

  private Bundle present(String driverId) {
    return context.getBundle(LOCATION + driverId);
  }

  private void started(String driverId, Bundle bundle, ServiceReference<DriverLocator> source) {
    idleSince.put(bundle, System.nanoTime());
    if (!manager.isRegistered(driverId)) {
      // It may register later, as it gets what it needs itself.
      awaited.add(bundle);
      manager.after(thirdParty.deadline(), () -> awaitedLongEnough(driverId, bundle, source));
    }
  }

  private void awaitedLongEnough(
      String driverId, Bundle bundle, ServiceReference<DriverLocator> source) {
    awaited.remove(bundle);
    if (!manager.isRegistered(driverId)) {
      log.warn("{} from {} has no driver {} and is removed", bundle, name(source), driverId);
      fruitless.add(new Source(driverId, source));
      uninstall(bundle);
      manager.rescan();
    }
  }

  /** A locator went, or says that it may know more. */
  void changed(ServiceReference<?> locator) {
    fruitless.removeIf(source -> source.locator().equals(locator));
  }

  private void uninstall(Bundle bundle) {
    if (bundle != null) {
      try {
        thirdParty.call(
            "the removal of " + bundle,
            () -> {
              uninstallNow(bundle);
              return null;
            });
      } catch (Exception failed) {
        log.warn("{}", ThirdParty.describe(failed));
      }
    }
  }

  private void uninstallNow(Bundle bundle) {
    try {
      bundle.uninstall();
    } catch (BundleException | IllegalStateException failed) {
      log.warn("driver bundle {} cannot be removed: {}", bundle, failed.getMessage());
    }
  }

  /**
   * Step K: removes driver bundles of ours, those of former lives included, that have been idle for
   * long.
   *
   * @param busy whether a bundle's drivers use a device
   */
  void removeIdle(Predicate<Bundle> busy) {
    long now = System.nanoTime();
    awaited.removeIf(bundle -> bundle.getState() == Bundle.UNINSTALLED);
    idleSince.keySet().removeIf(bundle -> bundle.getState() == Bundle.UNINSTALLED);
    if (idleNanos == 0) {
      return;
    }
    for (Bundle bundle : context.getBundles()) {
      if (bundle.getLocation().startsWith(LOCATION)) {
        long since = idleSince.merge(bundle, now, (old, any) -> busy.test(bundle) ? now : old);
        if (now - since >= idleNanos) {
          idleSince.remove(bundle);
          log.info("driver bundle {} was idle for long and is removed", bundle.getSymbolicName());
          uninstall(bundle);
        }
      }
    }
  }

  private List<ServiceReference<DriverLocator>> locators() {
    try {
      return context.getServiceReferences(DriverLocator.class, null).stream()
          .filter(thirdParty::isAsked)
          .sorted(Comparator.reverseOrder())
          .toList();
    } catch (InvalidSyntaxException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static void delete(Path jar) {
    if (jar != null && !jar.toFile().delete()) {
      jar.toFile().deleteOnExit();
    }
  }

  private static String name(ServiceReference<?> reference) {
    Bundle bundle = reference.getBundle();
    return bundle == null ? "(gone)" : bundle.getSymbolicName();
  }
}
