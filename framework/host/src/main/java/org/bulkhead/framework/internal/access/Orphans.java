package org.bulkhead.framework.internal.access;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.bulkhead.framework.internal.compartment.SerialExecutor;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;
import org.osgi.service.device.Device;
import org.osgi.service.log.Logger;

/**
 * Step I: tells devices that nobody drives them. Nobody waits for what they make of it: each bundle
 * is told of its devices one after another, so that one that hangs holds up its own only. Called on
 * the device manager's thread.
 */
final class Orphans {

  private final Logger log;
  private final ThirdParty thirdParty;
  private final Predicate<ServiceReference<?>> idle;
  private final Map<Bundle, SerialExecutor> bundles = new ConcurrentHashMap<>();
  private final Set<ServiceReference<?>> untold = ConcurrentHashMap.newKeySet();

  /**
   * None yet.
   *
   * @param idle whether a device still is
   */
  Orphans(Logger log, ThirdParty thirdParty, Predicate<ServiceReference<?>> idle) {
    this.log = log;
    this.thirdParty = thirdParty;
    this.idle = idle;
  }

  /** A run ended without a driver for a device. */
  void tell(ServiceReference<?> device) {
    Bundle bundle = device.getBundle();
    if (bundle != null && DeviceRoles.has(device, Device.class) && untold.add(device)) {
      bundles.keySet().removeIf(b -> b.getState() == Bundle.UNINSTALLED);
      bundles
          .computeIfAbsent(bundle, b -> new SerialExecutor(thirdParty.threads(), 0, this::notTold))
          .execute(() -> noDriverFound(device));
    }
  }

  private void noDriverFound(ServiceReference<?> device) {
    untold.remove(device);
    if (idle.test(device)) {
      try {
        thirdParty.use(
            device,
            service -> {
              ((Device) service).noDriverFound();
              return null;
            });
      } catch (Throwable failed) {
        log.warn("device {} in noDriverFound: {}", device, ThirdParty.describe(failed));
      }
    }
  }

  private void notTold(Throwable unexpected) {
    log.error("a device could not be told: {}", ThirdParty.describe(unexpected));
  }
}
