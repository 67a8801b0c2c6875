package org.bulkhead.framework.internal;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bulkhead.device.driver.MatchesUsb;
import org.bulkhead.framework.admin.DriverInfo;
import org.bulkhead.framework.internal.compartment.Host;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRevision;

/** Drivers whose bundles are installed but do not run, as their manifests describe them. */
final class StoppedDrivers {

  private StoppedDrivers() {}

  /** Those of all bundles that are not among the running ones. */
  static List<DriverInfo> in(BundleContext context, List<DriverInfo> running, Host host) {
    return Stream.of(context.getBundles())
        .filter(bundle -> running.stream().noneMatch(d -> d.bundleId() == bundle.getBundleId()))
        .flatMap(bundle -> of(bundle, host))
        .toList();
  }

  private static Stream<DriverInfo> of(Bundle bundle, Host host) {
    BundleRevision revision = bundle.adapt(BundleRevision.class);
    return revision == null
        ? Stream.empty()
        : revision.getDeclaredCapabilities(MatchesUsb.NAMESPACE).stream()
            .map(capability -> info(bundle, capability, host));
  }

  private static DriverInfo info(Bundle bundle, BundleCapability capability, Host host) {
    Map<String, Object> attributes = capability.getAttributes();
    String driver = String.valueOf(attributes.get("driver"));
    Object matches = attributes.get("matches");
    return new DriverInfo(
        driver,
        bundle.getBundleId(),
        bundle.getSymbolicName(),
        bundle.getVersion().toString(),
        false,
        matches instanceof List<?> list
            ? list.stream().map(String::valueOf).toList()
            : List.of(String.valueOf(matches)),
        host.tally(driver).faults(),
        host.tally(driver).ladder(),
        List.of());
  }
}
