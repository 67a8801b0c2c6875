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
}
