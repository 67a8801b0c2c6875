package org.bulkhead.driver.massstorage.internal;

/**
 * Host and device no longer agree where in a command they are. Once, it leads to Reset Recovery;
 * when that does not help it leaves the driver as a fault, and a new incarnation begins afresh.
 */
final class OutOfStepException extends IllegalStateException {

  private static final long serialVersionUID = 1L;

  OutOfStepException(String message, Throwable cause) {
    super(message, cause);
  }
}
