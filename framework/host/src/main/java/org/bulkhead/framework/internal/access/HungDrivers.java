package org.bulkhead.framework.internal.access;

import java.util.HashMap;
import java.util.Map;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.device.Driver;
import org.osgi.service.log.Logger;

/**
 * Restarts the bundles of standard drivers that hang as they attach. Such a driver may hold the
 * device, and a standard driver lets a device go only with its bundle. On the device manager's
 * thread.
 */
final class HungDrivers {

  /** So many restarts without an attachment in between, and the bundle stays stopped. */
  static final int MAX_RESTARTS = 2;

  private final BundleContext context;
  private final Logger log;
  private final ThirdParty thirdParty;
  private final Map<Bundle, Integer> restarts = new HashMap<>();

  HungDrivers(BundleContext context, Logger log, ThirdParty thirdParty) {
    this.context = context;
    this.log = log;
    this.thirdParty = thirdParty;
  }

  /** A driver works. */
  void attached(Bundle driver) {
    restarts.remove(driver);
  }

  /** A driver did not return from attach. */
  void restart(ServiceReference<Driver> driver, String driverId) {
    thirdParty.giveUp(driver);
    Bundle bundle = driver.getBundle();
    if (bundle == null || bundle.getBundleId() == 0 || bundle.equals(context.getBundle())) {
      return;
    }
    restarts.keySet().removeIf(b -> b.getState() == Bundle.UNINSTALLED);
    boolean again = restarts.merge(bundle, 1, Integer::sum) <= MAX_RESTARTS;
    try {
      thirdParty.call(
          "the stop of " + bundle,
          () -> {
            bundle.stop(Bundle.STOP_TRANSIENT);
            if (again) {
              bundle.start(Bundle.START_TRANSIENT);
            }
            return null;
          });
      if (again) {
        log.warn("bundle {} was restarted, as its driver {} hung in attach", bundle, driverId);
      } else {
        log.error(
            "bundle {} is stopped, as its driver {} hung in attach {} times; start it to try again",
            bundle,
            driverId,
            MAX_RESTARTS + 1);
      }
    } catch (Exception failed) {
      log.error(
          "driver {} hangs in attach and cannot be restarted: {}",
          driverId,
          ThirdParty.describe(failed));
    }
  }
}
