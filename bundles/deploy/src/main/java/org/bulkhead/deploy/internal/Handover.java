package org.bulkhead.deploy.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bulkhead.deploy.DeploymentException;
import org.bulkhead.device.driver.MatchRule;
import org.bulkhead.device.driver.MatchesUsb;
import org.bulkhead.device.driver.UsbDriver;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * Replaces a driver by another version that stands ready before the old one is stopped: installed
 * beside it, resolved, its classes loaded, its component registered. What an application sees is
 * the time in which the old one lets go and the new one attaches; reading and writing the disk, and
 * all that can go wrong with a jar, is before that.
 */
final class Handover {

  private static final String DEVICES = "(usbinfo.idVendor=*)";

  private final BundleContext context;
  private final Swap swap;
  private final Troubles troubles;

  Handover(BundleContext context, Swap swap, Troubles troubles) {
    this.context = context;
    this.swap = swap;
    this.troubles = troubles;
  }

  /**
   * Whether a bundle can be replaced so: it runs, is a driver, and nobody is wired to it or refers
   * to it by its name.
   */
  static boolean suits(Bundle old, Candidate candidate) {
    BundleRevision revision = old.adapt(BundleRevision.class);
    return old.getState() == Bundle.ACTIVE
        && revision != null
        && !DriverClasses.drivers(revision).isEmpty()
        && revision.getDeclaredCapabilities(BundleRevision.PACKAGE_NAMESPACE).isEmpty()
        && !candidate.headers().containsKey(Constants.EXPORT_PACKAGE)
        && !candidate.headers().containsKey(Constants.FRAGMENT_HOST)
        && Stream.of(candidate.headers().get(Constants.BUNDLE_SYMBOLICNAME), symbolicName(old))
            .noneMatch(header -> header.replace(" ", "").contains("singleton:=true"));
  }

  private static String symbolicName(Bundle bundle) {
    return String.valueOf(bundle.getHeaders("").get(Constants.BUNDLE_SYMBOLICNAME));
  }

  /**
   * Replaces.
   *
   * @param location of the new bundle, used by no other
   * @return the new bundle, running; the old one is gone
   * @throws DeploymentException where the new one does not come up; the old one runs as before
   */
  Bundle swap(Bundle old, String location, Path jar)
      throws DeploymentException, InterruptedException {
    Bundle next = null;
    try {
      next = swap.install(location, jar);
      start(next);
      takesOver(next, old);
      stop(old);
    } catch (BundleException | IOException failed) {
      discard(next);
      throw new DeploymentException("it does not run (" + Problem.of(failed) + ")", failed);
    } catch (DeploymentException refused) {
      discard(next);
      throw refused;
    }
    discard(old);
    return next;
  }

  private void start(Bundle next) throws BundleException {
    try {
      resolve(next);
      DriverClasses.load(next);
      swap.start(next);
    } catch (BundleException failed) {
      troubles.startFailed(next, failed, "refused; the version before goes on");
      throw failed;
    }
  }

  private void stop(Bundle old) throws DeploymentException {
    try {
      swap.stop(old, Bundle.STOP_TRANSIENT);
    } catch (BundleException runsOn) {
      throw new DeploymentException(
          "the version that runs does not stop (" + Problem.of(runsOn) + ")", runsOn);
    }
  }

  private void resolve(Bundle next) throws BundleException {
    if (!frameworkWiring().resolveBundles(List.of(next))) {
      // Says why not, which resolveBundles does not.
      next.start(Bundle.START_TRANSIENT);
    }
  }

  /** The new one offers the drivers of the old one, for the devices that they drive. */
  private void takesOver(Bundle next, Bundle old) throws DeploymentException {
    Map<String, List<MatchRule>> offered = offeredBy(next);
    Set<String> missing = new TreeSet<>(DriverClasses.drivers(old.adapt(BundleRevision.class)));
    missing.removeAll(offered.keySet());
    if (!missing.isEmpty()) {
      throw new DeploymentException("it offers no driver " + String.join(", ", missing));
    }
    Map<String, List<MatchRule>> before = offeredBy(old);
    for (ServiceReference<?> device : devicesOf(old)) {
      if (matches(before, device) && !matches(offered, device)) {
        throw new DeploymentException(
            "it does not match %s:%s (%s), which the old one drives"
                .formatted(
                    device.getProperty("usbinfo.idVendor"),
                    device.getProperty("usbinfo.idProduct"),
                    device.getProperty("usbinfo.product")));
      }
    }
  }

  private static boolean matches(Map<String, List<MatchRule>> rules, ServiceReference<?> device) {
    return rules.values().stream()
        .flatMap(List::stream)
        .anyMatch(rule -> rule.match(device::getProperty) > MatchRule.MATCH_NONE);
  }

  private List<ServiceReference<?>> devicesOf(Bundle driver) {
    try {
      return Stream.ofNullable(context.getAllServiceReferences(null, DEVICES))
          .flatMap(Stream::of)
          .filter(
              device ->
                  Stream.ofNullable(device.getUsingBundles())
                      .flatMap(Stream::of)
                      .anyMatch(driver::equals))
          .<ServiceReference<?>>map(device -> device)
          .toList();
    } catch (InvalidSyntaxException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static Map<String, List<MatchRule>> offeredBy(Bundle bundle) throws DeploymentException {
    try {
      return Stream.ofNullable(bundle.getRegisteredServices())
          .flatMap(Stream::of)
          .filter(
              service ->
                  List.of((String[]) service.getProperty(Constants.OBJECTCLASS))
                      .contains(UsbDriver.class.getName()))
          .collect(
              Collectors.toMap(
                  service -> String.valueOf(service.getProperty(MatchesUsb.DRIVER)),
                  Handover::rules,
                  (one, other) -> Stream.of(one, other).flatMap(List::stream).toList()));
    } catch (IllegalArgumentException wrong) {
      throw new DeploymentException(wrong.getMessage(), wrong);
    }
  }

  private static List<MatchRule> rules(ServiceReference<?> driver) {
    return driver.getProperty(MatchesUsb.MATCHES) instanceof String[] rules
        ? Stream.of(rules).map(MatchRule::parse).toList()
        : List.of();
  }

  private void discard(Bundle bundle) throws InterruptedException {
    if (bundle != null) {
      try {
        swap.uninstall(bundle);
      } catch (BundleException | IllegalStateException gone) {
        // Nothing of it runs any more, which is what was wanted.
      }
    }
  }

  private FrameworkWiring frameworkWiring() {
    return context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).adapt(FrameworkWiring.class);
  }
}
