package org.bulkhead.framework.admin;

import java.util.List;
import java.util.Map;

/**
 * A driver that is installed.
 *
 * @param name the driver's name
 * @param bundleId the OSGi bundle
 * @param bundleSymbolicName the bundle's symbolic name
 * @param version the bundle's version
 * @param running whether its bundle is active and the driver registered
 * @param matches its match rules
 * @param faultKinds how many faults of each class it has had since the gateway started
 * @param ladder how the rungs that it needed have done
 * @param compartments where it is attached
 */
public record DriverInfo(
    String name,
    long bundleId,
    String bundleSymbolicName,
    String version,
    boolean running,
    List<String> matches,
    Map<String, Long> faultKinds,
    List<RungInfo> ladder,
    List<CompartmentInfo> compartments) {}
