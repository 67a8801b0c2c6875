package org.bulkhead.device.serial;

/**
 * The input lines of a serial port.
 *
 * @param cts clear to send
 * @param dsr data set ready
 * @param dcd data carrier detect
 * @param ri ring indicator
 */
public record ModemLines(boolean cts, boolean dsr, boolean dcd, boolean ri) {

  /** All lines off, as before the device first reports. */
  public static final ModemLines NONE = new ModemLines(false, false, false, false);
}
