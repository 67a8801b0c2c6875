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
}
