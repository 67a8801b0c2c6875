package org.bulkhead.device.transport;

import org.osgi.annotation.versioning.ProviderType;

/** Implemented by the framework. */
@FunctionalInterface
@ProviderType
public interface BusCompletion {

  /**
   * A flight ended. Called on one thread of the transport's at a time: its event thread, or one
   * that waits in {@link BusTransfer#await}, whoever's it is. In the order in which the flights of
   * an endpoint ended; does not block, runs no driver code and never throws. It may submit
   * transfers.
   *
   * @param transfer the transfer, idle again
   */
  void completed(BusTransfer transfer);

  /**
   * Whether somebody comes for the ends of this transfer's flights, by {@link BusTransfer#await},
   * so that they may be told no sooner than he waits. Those of others are told as they happen, or
   * within milliseconds. Asked once, when the transfer is made.
   *
   * @return whether they are waited for
   */
  default boolean awaited() {
    return false;
  }

  /**
   * Whether another flight begins in {@link #completed}, so that the transport tells of this end at
   * once: what else it has to do can wait until the device has more to do. Asked at each end. A
   * transport may tell later, at the price of the device's time.
   *
   * @return whether it does
   */
  default boolean prompt() {
    return false;
  }
}
