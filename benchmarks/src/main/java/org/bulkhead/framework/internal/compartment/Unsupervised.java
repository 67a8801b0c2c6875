package org.bulkhead.framework.internal.compartment;

/** What no gateway can do: the supervisor goes, and nobody looks for hangs and budgets any more. */
public final class Unsupervised {

  private Unsupervised() {}

  /**
   * Ends the supervisor.
   *
   * @param host whose
   */
  public static void end(Host host) {
    host.clock().shutdownNow();
  }
}
