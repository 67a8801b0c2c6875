package org.bulkhead.framework.admin;

/** Where a compartment is in its life. */
public enum CompartmentState {
  /** A driver is being attached. */
  STARTING,
  /** The driver serves. */
  RUNNING,
  /** The incarnation is being ended. */
  STOPPING,
  /** Waiting to start the next incarnation after a fault. */
  BACKOFF,
  /** Given up after too many faults; the reason says why. */
  QUARANTINED,
  /** Its driver is stopped, or being replaced. */
  STOPPED,
  /** Its device is unplugged. */
  AWAY
}
