package org.bulkhead.framework.internal.compartment;

/**
 * Ends the call of a driver whose incarnation is over. An Error, so that a driver's {@code catch
 * (Exception)} does not keep it alive.
 */
public final class IncarnationEnded extends Error {

  private static final long serialVersionUID = 1L;

  IncarnationEnded(String message) {
    super(message, null, false, false);
  }
}
