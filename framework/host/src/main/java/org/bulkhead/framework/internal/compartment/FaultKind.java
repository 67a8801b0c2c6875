package org.bulkhead.framework.internal.compartment;

import java.util.Locale;

/** The classes of fault that the framework tells apart. */
public enum FaultKind {
  /** An unchecked exception, or a checked one that the contract does not name, at a crossing. */
  EXCEPTION,
  /** An Error at a crossing. */
  ERROR,
  /** A call past its deadline without progress, which waits. */
  HANG,
  /** A call past its deadline without progress, which takes processor time. */
  LOOP,
  /** A call that waits, over however many others, for a thread that waits for it. */
  DEADLOCK,
  /** A call past its deadline which took the interrupt that was to end it, and waited on. */
  IGNORED_INTERRUPT,
  /** One call allocated more memory than its budget. */
  ALLOCATION,
  /** One call took more processor time than its budget. */
  CPU,
  /** More transfers failed within a second than are borne. */
  IO_ERRORS,
  /** A result that the service's contract does not allow. */
  CONTRACT,
  /** Threads were alive when the driver's life was over. */
  LEFT_THREADS,
  /** The driver's bundle cannot be resolved. */
  RESOLVE,
  /** The driver's bundle or component cannot be started. */
  START,
  /** The driver did not end in good order. */
  STOP,
  /** Attaching failed. */
  ATTACH,
  /** The driver itself said that it is broken. */
  REPORTED,
  /** Somebody who uses it says that it does not do its job. */
  COMPLAINT,
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
