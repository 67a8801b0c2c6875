package org.bulkhead.framework.internal.access;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.device.Device;
import org.osgi.service.device.Driver;
import org.osgi.service.device.DriverSelector;
import org.osgi.service.device.Match;
import org.osgi.service.log.Logger;

/**
 * One run of the device attachment algorithm for one device (compendium section 103.7), with the
 * exclusion list of the run. The letters are those of the specification's figure.
 */
final class AttachRun {

  private record Candidate(ServiceReference<?> driver, int value) implements Match {

    @Override
    public ServiceReference<?> getDriver() {
      return driver;
    }

    @Override
    public int getMatchValue() {
      return value;
    }
  }

  /** What the manager knows. */
  interface Known {

    /** The registered drivers that this device may be attached to now. */
    List<ServiceReference<?>> drivers(ServiceReference<?> device);

    /** A driver broke its contract, or did not return in time. */
    void misbehaved(ServiceReference<?> driver, String what, Exception how);
  }

  private final BundleContext context;
  private final Logger log;
  private final ThirdParty thirdParty;
  private final DriverBundles bundles;
  private final Known known;
  private final ServiceReference<?> device;
  private final Set<ServiceReference<?>> excluded = new HashSet<>();

  AttachRun(
      BundleContext context,
      Logger log,
      ThirdParty thirdParty,
      DriverBundles bundles,
      Known known,
      ServiceReference<?> device) {
    this.context = context;
    this.log = log;
    this.thirdParty = thirdParty;
    this.bundles = bundles;
    this.known = known;
    this.device = device;
  }

  /**
   * Runs.
   *
   * @param idle whether the device still is: it may leave, or be taken, in the middle of a run
   * @return the driver that is attached now, if any
   */
  Optional<ServiceReference<?>> run(Predicate<ServiceReference<?>> idle) {
    bundles.find(device).forEach(bundles::load); // A, B
    for (List<Candidate> matches = match(); !matches.isEmpty(); matches = match()) { // C
      Optional<ServiceReference<?>> chosen = select(matches); // D, E
      if (chosen.isEmpty() || !idle.test(device)) {
        break;
      }
      if (attach(chosen.get())) { // F
        return chosen;
      }
      excluded.add(chosen.get()); // H
    }
    noDriverFound(); // I
    return Optional.empty();
  }

  private List<Candidate> match() {
    List<Candidate> matches = new ArrayList<>();
    for (ServiceReference<?> driver : known.drivers(device)) {
      if (!excluded.contains(driver)) {
        int value = match(driver);
        if (value > Device.MATCH_NONE) {
          matches.add(new Candidate(driver, value));
        }
      }
    }
    // A reference compares lower for a lower ranking, and then for a higher service id.
    matches.sort(
        Comparator.comparingInt(Candidate::value)
            .thenComparing(c -> (ServiceReference<?>) c.driver())
            .reversed());
    return matches;
  }

  private int match(ServiceReference<?> driver) {
    try {
      Integer value = with(driver, "match", d -> d.match(device));
      return value == null ? Device.MATCH_NONE : value;
    } catch (Exception failed) {
      known.misbehaved(driver, "match", failed);
      return Device.MATCH_NONE;
    }
  }

  /** The selector's choice where there is a valid one, else the best match. */
  private Optional<ServiceReference<?>> select(List<Candidate> matches) {
    ServiceReference<DriverSelector> reference = context.getServiceReference(DriverSelector.class);
    DriverSelector selector = reference == null ? null : context.getService(reference);
    if (selector != null) {
      try {
        Match[] choice = matches.toArray(Match[]::new);
        int index = thirdParty.call("driver selector", () -> selector.select(device, choice));
        if (index == DriverSelector.SELECT_NONE) {
          return Optional.empty();
        }
        if (index >= 0 && index < matches.size()) {
          return Optional.of(matches.get(index).driver());
        }
        log.warn("driver selector chose {} of {}; the best match is taken", index, matches.size());
      } catch (Exception failed) {
        log.warn("driver selector: {}; the best match is taken", failed.toString());
      } finally {
        context.ungetService(reference);
      }
    }
    return Optional.of(matches.get(0).driver());
  }

  private boolean attach(ServiceReference<?> driver) {
    try {
      String referral =
          with(driver, "attach", d -> Optional.ofNullable(d.attach(device)).orElse(ATTACHED));
      if (ATTACHED.equals(referral)) {
        return true;
      }
      if (referral != null) {
        log.info("a driver refers device {} to driver {}", device, referral);
        bundles.load(referral); // G
      }
    } catch (Exception failed) {
      known.misbehaved(driver, "attach", failed);
    }
    return false;
  }

  /** Tells "attached" from "there is no such service any more"; no driver id is empty. */
  private static final String ATTACHED = "";

  private void noDriverFound() {
    Object service = context.getService(device);
    if (service instanceof Device standard) {
      try {
        thirdParty.call(
            "noDriverFound",
            () -> {
              standard.noDriverFound();
              return null;
            });
      } catch (Exception failed) {
        log.warn("device {} in noDriverFound: {}", device, failed.toString());
      }
    }
    if (service != null) {
      context.ungetService(device);
    }
  }

  /** A call of a driver. */
  @FunctionalInterface
  private interface Call<T> {
    T on(Driver driver) throws Exception;
  }

  private <T> T with(ServiceReference<?> reference, String what, Call<T> call) throws Exception {
    Object service = context.getService(reference);
    if (service == null) {
      return null;
    }
    try {
      if (service instanceof SupervisedDriver ours) {
        return call.on(ours);
      }
      return thirdParty.call(what, () -> call.on((Driver) service));
    } finally {
      context.ungetService(reference);
    }
  }
}
