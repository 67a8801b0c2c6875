package org.bulkhead.device.usb;

/** The signalling rate of a device's upstream link. */
public enum UsbSpeed {
  /** The transport cannot tell. */
  UNKNOWN(0),
  /** Low speed, USB 1.0. */
  LOW(1_500),
  /** Full speed, USB 1.1. */
  FULL(12_000),
  /** High speed, USB 2.0. */
  HIGH(480_000),
  /** SuperSpeed, USB 3.0. */
  SUPER(5_000_000),
  /** SuperSpeedPlus, USB 3.1 and later. */
  SUPER_PLUS(10_000_000);

  private final int kilobitsPerSecond;

  UsbSpeed(int kilobitsPerSecond) {
    this.kilobitsPerSecond = kilobitsPerSecond;
  }

  /**
   * The rate on the wire.
   *
   * @return kilobits per second, 0 where unknown
   */
  public int kilobitsPerSecond() {
    return kilobitsPerSecond;
  }
}
