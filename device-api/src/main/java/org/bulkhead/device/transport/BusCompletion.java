package org.bulkhead.device.transport;

import org.osgi.annotation.versioning.ProviderType;

/** Implemented by the framework. */
@FunctionalInterface
@ProviderType
public interface BusCompletion {

  /**
   * A flight ended. Called on the transport's event thread, in the order in which the flights of an
   * endpoint ended; does not block, runs no driver code and never throws.
   *
   * @param transfer the transfer, idle again
   */
  void completed(BusTransfer transfer);

  /**
   * As {@link #completed}, of a transport that tells several ends in a row: where this returns true
   * it calls {@link #settled} of the same object soon after, once for all of them, so that who
   * waits for them is woken once.
   *
   * @param transfer the transfer, idle again
   * @return whether {@link #settled} is to be called
   */
  default boolean landed(BusTransfer transfer) {
    completed(transfer);
    return false;
  }

  /**
   * The ends that were told by {@link #landed} are all that there are for now. Called on the
   * transport's event thread; does not block, runs no driver code and never throws.
   */
  default void settled() {}
}
