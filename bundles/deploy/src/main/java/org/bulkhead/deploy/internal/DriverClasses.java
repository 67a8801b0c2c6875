package org.bulkhead.deploy.internal;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.bulkhead.device.driver.MatchesUsb;
import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.BundleWiring;

/** What of a bundle is a driver's. */
final class DriverClasses {

  private static final String SUFFIX = ".class";

  private DriverClasses() {}

  /** The names of its drivers, none where it has no driver, or is uninstalled. */
  static List<String> drivers(Bundle bundle) {
    BundleRevision revision = bundle.adapt(BundleRevision.class);
    return Stream.ofNullable(revision)
        .flatMap(known -> known.getDeclaredCapabilities(MatchesUsb.NAMESPACE).stream())
        .map(driver -> String.valueOf(driver.getAttributes().get("driver")))
        .toList();
  }

  /**
   * Loads, and so weaves, what attaching will need. Nothing of a bundle that is not resolved or is
   * being replaced.
   */
  static void load(Bundle bundle) {
    for (String path : classes(bundle.adapt(BundleWiring.class))) {
      try {
        bundle.loadClass(path.substring(0, path.length() - SUFFIX.length()).replace('/', '.'));
      } catch (ClassNotFoundException | LinkageError notNow) {
        // A class that needs something optional; where the driver needs it, attaching says so.
      } catch (IllegalStateException uninstalled) {
        return;
      }
    }
  }

  private static Collection<String> classes(BundleWiring wiring) {
    Collection<String> classes =
        wiring == null
            ? null
            : wiring.listResources(
                "/",
                "*" + SUFFIX,
                BundleWiring.LISTRESOURCES_LOCAL | BundleWiring.LISTRESOURCES_RECURSE);
    // Null of a wiring that is not in use any more.
    return Objects.requireNonNullElse(classes, List.of());
  }
}
