package org.bulkhead.framework.internal.access;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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

  private record Candidate(ServiceReference<Driver> driver, int value) implements Match {

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
    List<ServiceReference<Driver>> drivers(ServiceReference<?> device);

    /** Whether a device still is idle: it may leave, or be taken, in the middle of a run. */
    boolean isIdle(ServiceReference<?> device);

    /** A driver broke its contract, or did not return in time. */
    void misbehaved(
        ServiceReference<Driver> driver, ServiceReference<?> device, String what, Exception how);
  }

  /** So many drivers that refer to others are no device's structure any more. */
  private static final int MAX_REFERRALS = 100;

  private final BundleContext context;
  private final Logger log;
  private final ThirdParty thirdParty;
  private final DriverBundles bundles;
  private final Orphans orphans;
  private final Known known;
  private final ServiceReference<?> device;
  private final Set<ServiceReference<?>> excluded = new HashSet<>();
  private final Set<String> excludedIds = new HashSet<>();
  private int referrals;

  AttachRun(
      BundleContext context,
      Logger log,
      ThirdParty thirdParty,
      DriverBundles bundles,
      Orphans orphans,
      Known known,
      ServiceReference<?> device) {
    this.context = context;
    this.log = log;
    this.thirdParty = thirdParty;
    this.bundles = bundles;
    this.orphans = orphans;
    this.known = known;
    this.device = device;
  }

  /**
   * Runs.
   *
   * @return the driver that is attached now, if any
   */
  Optional<ServiceReference<Driver>> run() {
    bundles.find(device).forEach(bundles::load); // A, B
    for (List<Candidate> matches = match(); !matches.isEmpty(); matches = match()) { // C
      Optional<ServiceReference<Driver>> chosen = select(matches); // D, E
      if (chosen.isEmpty() || !known.isIdle(device)) {
        break;
      }
      if (attach(chosen.get())) { // F
        return chosen;
      }
      excluded.add(chosen.get()); // H
    }
    if (known.isIdle(device)) {
      orphans.tell(device); // I
    }
    return Optional.empty();
  }

  private List<Candidate> match() {
    List<Candidate> matches = new ArrayList<>();
    for (ServiceReference<Driver> driver : known.drivers(device)) {
      if (!excluded.contains(driver) && !excludedIds.contains(DeviceRoles.driverId(driver))) {
        int value = match(driver);
        if (value > Device.MATCH_NONE) {
          matches.add(new Candidate(driver, value));
        }
      }
    }
    // A reference compares lower for a lower ranking, and then for a higher service id.
    matches.sort(
        Comparator.comparingInt(Candidate::value).thenComparing(Candidate::driver).reversed());
    return matches;
  }

  private int match(ServiceReference<Driver> driver) {
    try {
      Integer value = call(driver, "match", d -> d.match(device));
      return value == null ? Device.MATCH_NONE : value;
    } catch (Exception failed) {
      known.misbehaved(driver, device, "match", failed);
      return Device.MATCH_NONE;
    }
  }

  /** The selector's choice where there is a valid one, else the best match. */
  private Optional<ServiceReference<Driver>> select(List<Candidate> matches) {
    ServiceReference<DriverSelector> selector = context.getServiceReference(DriverSelector.class);
    if (selector != null && thirdParty.isAsked(selector)) {
      try {
        Match[] choice = matches.toArray(Match[]::new);
        Integer index = thirdParty.call(selector, "select", s -> s.select(device, choice));
        if (index != null && index == DriverSelector.SELECT_NONE) {
          return Optional.empty();
        }
        if (index != null && index >= 0 && index < matches.size()) {
          return Optional.of(matches.get(index).driver());
        }
        log.warn("driver selector chose {} of {}; the best match is taken", index, matches.size());
      } catch (Exception failed) {
        log.warn("driver selector: {}; the best match is taken", ThirdParty.describe(failed));
      }
    }
    return Optional.of(matches.get(0).driver());
  }

  private boolean attach(ServiceReference<Driver> driver) {
    String driverId = DeviceRoles.driverId(driver);
    try {
      Optional<Optional<String>> answer =
          Optional.ofNullable(call(driver, "attach", d -> Optional.ofNullable(d.attach(device))));
      if (answer.isPresent() && answer.get().isEmpty()) {
        return true;
      }
      // Nothing at all: the driver's service is gone.
      answer.flatMap(referral -> referral).ifPresent(referral -> refer(driverId, referral));
    } catch (Exception failed) {
      // Its bundle may be restarted for it, and would come again as another service.
      excludedIds.add(driverId);
      known.misbehaved(driver, device, "attach", failed);
    }
    return false;
  }

  private void refer(String from, String to) {
    if (to.isBlank()) {
      log.warn("driver {} refers device {} to a driver without id", from, device);
    } else if (++referrals > MAX_REFERRALS) {
      log.warn("driver {} refers device {} to {}, one too many", from, device, to);
    } else {
      log.info("driver {} refers device {} to driver {}", from, device, to);
      bundles.load(to); // G
    }
  }

  private <T> T call(
      ServiceReference<Driver> reference, String what, ThirdParty.Call<Driver, T> call)
      throws Exception {
    if (ThirdParty.isPlain(reference)
        && context.getService(reference) instanceof SupervisedDriver ours) {
      try {
        return call.on(ours);
      } finally {
        context.ungetService(reference);
      }
    }
    return thirdParty.call(reference, what, call);
  }
}
