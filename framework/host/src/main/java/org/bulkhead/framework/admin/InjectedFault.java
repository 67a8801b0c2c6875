package org.bulkhead.framework.admin;

/** What a driver can be made to do, for drills and tests. */
public enum InjectedFault {
  /** Throws an unchecked exception. */
  THROW,
  /** Throws an Error. */
  ERROR,
  /** Stops making progress for ever, whatever interrupts it but its end. */
  HANG,
  /** Runs in a loop for ever, which no interrupt ends; only where drivers are woven. */
  LOOP
}
