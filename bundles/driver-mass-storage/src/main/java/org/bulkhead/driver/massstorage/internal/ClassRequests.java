package org.bulkhead.driver.massstorage.internal;

import java.nio.ByteBuffer;
import java.time.Duration;
import org.bulkhead.device.usb.ControlRequest;
import org.bulkhead.device.usb.ControlRequest.Recipient;
import org.bulkhead.device.usb.UsbDevice;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;

/** The two requests of the class on endpoint 0 (Bulk-Only Transport 1.0 section 3). They block. */
final class ClassRequests {

  /** A device answers requests on endpoint 0 within this time (USB 2.0 section 9.2.6.4). */
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private static final int GET_MAX_LUN = 0xfe;
  private static final int BULK_ONLY_RESET = 0xff;
  private static final int HIGHEST_LUN = 15;

  private final UsbDevice device;
  private final int interfaceNumber;

  ClassRequests(UsbDevice device, int interfaceNumber) {
    this.device = device;
    this.interfaceNumber = interfaceNumber;
  }

  /**
   * GET MAX LUN (section 3.2). A device with a single unit may stall it, and some do not answer.
   *
   * @return 0 to 15
   */
  int highestLun() throws UsbException {
    ByteBuffer answer = ByteBuffer.allocate(1);
    try {
      device.control(
          ControlRequest.classIn(Recipient.INTERFACE, GET_MAX_LUN, 0, interfaceNumber),
          answer,
          TIMEOUT);
    } catch (UsbException e) {
      if (e.kind() != Kind.STALL && e.kind() != Kind.TIMEOUT) {
        throw e;
      }
    }
    int highest = answer.get(0) & 0xff;
    return highest <= HIGHEST_LUN ? highest : 0;
  }

  /** Bulk-Only Mass Storage Reset (section 3.1). */
  void reset() throws UsbException {
    try {
      device.control(
          ControlRequest.classOut(Recipient.INTERFACE, BULK_ONLY_RESET, 0, interfaceNumber),
          ByteBuffer.allocate(0),
          TIMEOUT);
    } catch (UsbException e) {
      // Some devices do not know the request, but are in step again once their halts are cleared.
      if (e.kind() != Kind.STALL) {
        throw e;
      }
    }
  }
}
