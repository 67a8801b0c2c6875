package org.bulkhead.transport.libusb.internal;

/**
 * One interface of an open device, or endpoint 0. Guarded by the handle's lock for calls, but for
 * {@link #usable}.
 */
final class Claim {

  final int interfaceNumber;
  boolean claimed;
  int alternateSetting;

  /**
   * Whether transfers may be submitted. Read under the monitor of the transfer; who clears it
   * passes through every monitor afterwards, so that no submission is still under way.
   */
  volatile boolean usable;

  Claim(int interfaceNumber) {
    this.interfaceNumber = interfaceNumber;
  }
}
