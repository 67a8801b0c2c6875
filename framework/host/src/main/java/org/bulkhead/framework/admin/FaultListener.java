package org.bulkhead.framework.admin;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Told of each fault of a driver once something has been decided about it. An OSGi service that
 * others register (whiteboard).
 *
 * <p>Called on a thread of the framework's, by one at a time, in the order of the faults; never on
 * one that a compartment or a driver waits for. What it throws is logged. A listener that does not
 * return misses faults: at most 256 wait for it.
 */
@ConsumerType
@FunctionalInterface
public interface FaultListener {

  /**
   * A driver did something wrong.
   *
   * @param fault what, where, and what was done about it
   */
  void fault(FaultInfo fault);

  /**
   * Whether this listener answers a fault of a driver by replacing the driver's bundle. Its
   * compartments then wait for that, for as long as for any update, before they are restarted.
   * Asked by a compartment that has just failed; returns at once.
   *
   * @param bundleId the driver's bundle
   * @return true where a replacement is to be expected
   */
  default boolean replaces(long bundleId) {
    return false;
  }
}
