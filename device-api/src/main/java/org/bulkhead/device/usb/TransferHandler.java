package org.bulkhead.device.usb;

import org.osgi.annotation.versioning.ConsumerType;

/** Receives completions of pipelined transfers. */
@FunctionalInterface
@ConsumerType
public interface TransferHandler {

  /**
   * A transfer ended and is idle again; it may be submitted again from here. Called on the
   * compartment's thread, one at a time and in the order of submission, under the compartment's
   * deadline. What it throws is a fault of the driver.
   *
   * @param transfer the transfer; its status says how it ended
   * @throws Exception any failure of the driver: UsbException of kind DISCONNECTED is taken as an
   *     unplug, everything else as a fault
   */
  void completed(Transfer transfer) throws Exception;
}
