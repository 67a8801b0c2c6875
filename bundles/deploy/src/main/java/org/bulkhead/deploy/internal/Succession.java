package org.bulkhead.deploy.internal;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bulkhead.deploy.DeploymentException;
import org.bulkhead.device.driver.MatchRule;
import org.bulkhead.device.driver.MatchesUsb;
import org.bulkhead.device.driver.UsbDriver;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.resource.Capability;

/**
 * Whether a driver's next version can take its place: it has the drivers of the one that runs, for
 * the devices that they drive. Asked of its manifest before anything is touched, and of its
 * services once it stands ready. Not asked of a version that is gone back to, which has less to do.
 */
final class Succession {

  private static final String DEVICES = "(usbinfo.idVendor=*)";

  private final BundleContext context;

  Succession(BundleContext context) {
    this.context = context;
  }

  /** By its manifest. */
  void check(Candidate next, Bundle old) throws DeploymentException {
    check(
        rules(
            Requirements.parse(next).getCapabilities(MatchesUsb.NAMESPACE).stream(),
            driver -> driver.getAttributes().get("driver"),
            Succession::matches),
        old);
  }

  /** By its services. */
  void check(Bundle next, Bundle old) throws DeploymentException {
    check(offeredBy(next), old);
  }

  private void check(Map<String, List<MatchRule>> offered, Bundle old) throws DeploymentException {
    Set<String> missing = new TreeSet<>(DriverClasses.drivers(old));
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
    return rules(
        Stream.ofNullable(bundle.getRegisteredServices())
            .flatMap(Stream::of)
            .filter(
                service ->
                    List.of((String[]) service.getProperty(Constants.OBJECTCLASS))
                        .contains(UsbDriver.class.getName())),
        service -> service.getProperty(MatchesUsb.DRIVER),
        service ->
            service.getProperty(MatchesUsb.MATCHES) instanceof String[] rules
                ? Stream.of(rules)
                : Stream.empty());
  }

  private static Stream<String> matches(Capability driver) {
    Object matches = driver.getAttributes().get("matches");
    return matches instanceof List<?> several
        ? several.stream().map(String::valueOf)
        : Stream.ofNullable(matches).map(String::valueOf);
  }

  private static <D> Map<String, List<MatchRule>> rules(
      Stream<D> drivers, Function<D, Object> name, Function<D, Stream<String>> matches)
      throws DeploymentException {
    try {
      return drivers.collect(
          Collectors.groupingBy(
              name.andThen(String::valueOf),
              Collectors.flatMapping(
                  matches.andThen(each -> each.map(MatchRule::parse)), Collectors.toList())));
    } catch (IllegalArgumentException wrong) {
      throw new DeploymentException(wrong.getMessage(), wrong);
    }
  }
}
