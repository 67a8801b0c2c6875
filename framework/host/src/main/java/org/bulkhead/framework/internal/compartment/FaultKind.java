package org.bulkhead.framework.internal.compartment;

import java.util.Locale;

/** The classes of fault that the framework tells apart. */
public enum FaultKind {
  /** An unchecked exception, or a checked one that the contract does not name, at a crossing. */
  EXCEPTION,
  /** An Error at a crossing. */
  ERROR,
  /** A call past its deadline without progress. */
  HANG,
  /** Attaching failed. */
  ATTACH,
  /** The driver itself said that it is broken. */
  REPORTED,
  /** The device said that it is gone, but it is still there. */
  LOST_DEVICE,
  /** An attempt to end the JVM. */
  EXIT,
  /** An attempt to load native code. */
  NATIVE_LOAD,
  /** An attempt to change what belongs to the whole JVM. */
  GLOBAL_STATE,
  /** An attempt to start a thread, or to have code run by one that is not the compartment's. */
  FOREIGN_THREAD;

  /**
   * The name that people see.
   *
   * @return lower case, with hyphens
   */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
