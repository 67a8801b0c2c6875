package org.bulkhead.device.contract;

import java.io.IOException;

/**
 * The device had no working driver within the session's deadline, or has none for good: unplugged,
 * its driver stopped, or quarantined. Nothing of the call was done. The session stays valid: a
 * later call works once the device is back.
 */
public class DeviceUnavailableException extends IOException {

  private static final long serialVersionUID = 1L;

  /**
   * A device that cannot be reached.
   *
   * @param message names the device, says why and what would bring it back
   */
  public DeviceUnavailableException(String message) {
    super(message);
  }
}
