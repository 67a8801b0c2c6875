package org.bulkhead.driver.repository;

import java.util.List;
import org.bulkhead.device.driver.MatchRule;

/**
 * A driver that a repository offers.
 *
 * @param driver its name, as in {@code DRIVER_ID}
 * @param version its bundle's version
 * @param bundleSymbolicName its bundle
 * @param installedVersion the version of that bundle that is installed; empty if none is
 * @param installedOnDemand whether it was installed because a device needs it, so that it goes with
 *     the next restart, or when it has been idle for long
 * @param sizeBytes the jar's size
 * @param matches what it matches
 * @param repository where it is, as configured
 * @param problem why it could not be had at the last attempt; empty if nothing is known against it
 */
public record DriverOffer(
    String driver,
    String version,
    String bundleSymbolicName,
    String installedVersion,
    boolean installedOnDemand,
    long sizeBytes,
    List<MatchRule> matches,
    String repository,
    String problem) {}
