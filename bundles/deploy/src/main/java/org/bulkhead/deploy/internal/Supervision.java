package org.bulkhead.deploy.internal;

import java.time.Duration;
import java.util.Optional;
import org.bulkhead.framework.admin.CompartmentInfo;
import org.bulkhead.framework.admin.Gateway;
import org.bulkhead.framework.admin.Probation;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.startlevel.FrameworkStartLevel;

/**
 * What the gateway knows of drivers and does for their bundles. Asked for anew each time, as it
 * comes and goes with its configuration, and what is deployed stays.
 */
final class Supervision {

  private static final Probation NONE = new Probation(Duration.ZERO, 0);

  private final BundleContext context;

  Supervision(BundleContext context) {
    this.context = context;
  }

  /** Something that the gateway is asked, or told. */
  @FunctionalInterface
  private interface Question<T, E extends Exception> {
    T put(Gateway gateway) throws E;
  }

  /** Starts a bundle; a driver's with a deadline. */
  void start(Bundle bundle, int options) throws BundleException {
    if (!isReached(bundle) || !ordered(bundle, gateway -> gateway.start(bundle, options))) {
      bundle.start(options);
    }
  }

  /** The same of its stop. */
  void stop(Bundle bundle, int options) throws BundleException {
    if (!ordered(bundle, gateway -> gateway.stop(bundle, options))) {
      bundle.stop(options);
    }
  }

  /** Otherwise its start only notes that it is to run. */
  private boolean isReached(Bundle bundle) {
    return bundle.adapt(BundleStartLevel.class).getStartLevel()
        <= context
            .getBundle(Constants.SYSTEM_BUNDLE_LOCATION)
            .adapt(FrameworkStartLevel.class)
            .getStartLevel();
  }

  @FunctionalInterface
  private interface Order {
    void give(Gateway gateway) throws BundleException;
  }

  private boolean ordered(Bundle bundle, Order order) throws BundleException {
    return !DriverClasses.drivers(bundle).isEmpty()
        && this.<Boolean, BundleException>ask(
                gateway -> {
                  order.give(gateway);
                  return true;
                })
            .isPresent();
  }

  /** What a new version has to live through: as much as the strictest of its drivers asks for. */
  Probation probation(Bundle bundle) {
    return ask(gateway ->
            DriverClasses.drivers(bundle).stream()
                .map(gateway::probation)
                .filter(each -> !each.time().isZero())
                .reduce(NONE, Supervision::stricter))
        .orElse(NONE);
  }

  private static Probation stricter(Probation one, Probation other) {
    return new Probation(
        one.time().compareTo(other.time()) > 0 ? one.time() : other.time(),
        Math.max(one.calls(), other.calls()));
  }

  /** How many calls the drivers of a bundle have served. */
  long served(long bundleId) {
    return ask(gateway ->
            gateway.drivers().stream()
                .filter(driver -> driver.bundleId() == bundleId)
                .flatMap(driver -> driver.compartments().stream())
                .mapToLong(CompartmentInfo::calls)
                .sum())
        .orElse(0L);
  }

  void startFailed(Bundle bundle, BundleException why, String action) {
    ask(
        gateway -> {
          gateway.startFailed(bundle, why, action);
          return true;
        });
  }

  void stopFailed(Bundle bundle, BundleException why, String action) {
    ask(
        gateway -> {
          gateway.stopFailed(bundle, why, action);
          return true;
        });
  }

  /** Empty where there is no gateway at the time. */
  private <T, E extends Exception> Optional<T> ask(Question<T, E> question) throws E {
    ServiceReference<Gateway> reference = context.getServiceReference(Gateway.class);
    Gateway gateway = reference == null ? null : context.getService(reference);
    if (gateway == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(question.put(gateway));
    } finally {
      context.ungetService(reference);
    }
  }
}
