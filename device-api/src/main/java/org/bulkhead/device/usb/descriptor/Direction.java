package org.bulkhead.device.usb.descriptor;

/** Which way data goes, seen from the host. */
public enum Direction {
  /** Host to device. */
  OUT,
  /** Device to host. */
  IN
}
