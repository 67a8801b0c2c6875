package org.bulkhead.framework.internal.compartment;

/** A driver's result is none that its service's contract allows. Never seen by applications. */
public final class ContractBreach extends Error {

  private static final long serialVersionUID = 1L;

  /** A breach. */
  public ContractBreach(String message) {
    super(message);
  }
}
