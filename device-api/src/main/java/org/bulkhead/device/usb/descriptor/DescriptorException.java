package org.bulkhead.device.usb.descriptor;

import org.bulkhead.device.usb.UsbException;

/** Bytes from a device that cannot be read as what they should be. Of kind INVALID. */
public class DescriptorException extends UsbException {

  private static final long serialVersionUID = 1L;

  /**
   * A failure to read a descriptor.
   *
   * @param message what was expected, what was found, and at which offset
   */
  public DescriptorException(String message) {
    super(Kind.INVALID, message);
  }
}
