package org.bulkhead.device.usb;

import org.bulkhead.device.usb.descriptor.Direction;

/**
 * The setup packet of a control transfer without its length (USB 2.0 section 9.3, table 9-2); the
 * length is that of the data given with the call.
 *
 * @param requestType {@code bmRequestType}, 0 to 0xff
 * @param request {@code bRequest}, 0 to 0xff
 * @param value {@code wValue}, 0 to 0xffff
 * @param index {@code wIndex}, 0 to 0xffff
 */
public record ControlRequest(int requestType, int request, int value, int index) {

  /** Who a request is for: {@code bmRequestType} bits 4 to 0. */
  public enum Recipient {
    /** The device. */
    DEVICE,
    /** The interface whose number is in {@code wIndex}. */
    INTERFACE,
    /** The endpoint whose address is in {@code wIndex}. */
    ENDPOINT,
    /** Something else. */
    OTHER
  }

  private static final int IN = 0x80;
  private static final int CLASS = 0x20;
  private static final int VENDOR = 0x40;

  /**
   * Checks the ranges.
   *
   * @param requestType {@code bmRequestType}
   * @param request {@code bRequest}
   * @param value {@code wValue}
   * @param index {@code wIndex}
   */
  public ControlRequest {
    if (requestType >>> 8 != 0 || request >>> 8 != 0 || value >>> 16 != 0 || index >>> 16 != 0) {
      throw new IllegalArgumentException(
          String.format(
              "setup field out of range: %x %x %x %x", requestType, request, value, index));
    }
  }

  // In plain code, as everywhere on the way of a start: docs/decisions.md.
  @Override
  public boolean equals(Object other) {
    return other instanceof ControlRequest that
        && requestType == that.requestType
        && request == that.request
        && value == that.value
        && index == that.index;
  }

  @Override
  public int hashCode() {
    return 31 * (31 * (31 * requestType + request) + value) + index;
  }

  /**
   * A standard request that reads (USB 2.0 section 9.4).
   *
   * @param to the recipient
   * @param request {@code bRequest}
   * @param value {@code wValue}
   * @param index {@code wIndex}
   * @return the request
   */
  public static ControlRequest standardIn(Recipient to, int request, int value, int index) {
    return new ControlRequest(IN | to.ordinal(), request, value, index);
  }

  /**
   * A class request that reads.
   *
   * @param to the recipient
   * @param request {@code bRequest}
   * @param value {@code wValue}
   * @param index {@code wIndex}
   * @return the request
   */
  public static ControlRequest classIn(Recipient to, int request, int value, int index) {
    return new ControlRequest(IN | CLASS | to.ordinal(), request, value, index);
  }

  /**
   * A class request that writes, or carries no data.
   *
   * @param to the recipient
   * @param request {@code bRequest}
   * @param value {@code wValue}
   * @param index {@code wIndex}
   * @return the request
   */
  public static ControlRequest classOut(Recipient to, int request, int value, int index) {
    return new ControlRequest(CLASS | to.ordinal(), request, value, index);
  }

  /**
   * A vendor request that reads.
   *
   * @param to the recipient
   * @param request {@code bRequest}
   * @param value {@code wValue}
   * @param index {@code wIndex}
   * @return the request
   */
  public static ControlRequest vendorIn(Recipient to, int request, int value, int index) {
    return new ControlRequest(IN | VENDOR | to.ordinal(), request, value, index);
  }

  /**
   * A vendor request that writes, or carries no data.
   *
   * @param to the recipient
   * @param request {@code bRequest}
   * @param value {@code wValue}
   * @param index {@code wIndex}
   * @return the request
   */
  public static ControlRequest vendorOut(Recipient to, int request, int value, int index) {
    return new ControlRequest(VENDOR | to.ordinal(), request, value, index);
  }

  /**
   * Which way the data stage goes.
   *
   * @return bit 7 of {@code bmRequestType}
   */
  public Direction direction() {
    return (requestType & IN) != 0 ? Direction.IN : Direction.OUT;
  }

  @Override
  public String toString() {
    return String.format("control %02x %02x %04x %04x", requestType, request, value, index);
  }
}
