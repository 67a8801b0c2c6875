package org.bulkhead.device.usb;

import java.io.IOException;
import java.util.Objects;

/**
 * The one exception of the USB interfaces: a closed kind, the bytes that moved before the failure,
 * and the transport's own code for whoever reads the log.
 *
 * <p>A failed transfer may have moved data: {@link #bytesMoved()} is exact, and the buffer of the
 * call holds that many valid bytes.
 */
public class UsbException extends IOException {

  private static final long serialVersionUID = 1L;

  /** What went wrong, and so what can be done about it. */
  public enum Kind {
    /**
     * The endpoint answered STALL (USB 2.0 section 8.4.5). On a bulk or interrupt endpoint call
     * {@link Endpoint#clearHalt()} and go on; on the control endpoint the next request clears it.
     */
    STALL,
    /** Nothing, or not all, came within the time given. The endpoint stays usable; try again. */
    TIMEOUT,
    /** The transfer was cancelled, by its owner or because its thread was interrupted. */
    CANCELLED,
    /** The device is gone. Nothing to do: a detach follows. */
    DISCONNECTED,
    /** Somebody else holds the device or the interface; the message says who where it is known. */
    BUSY,
    /** The operating system refuses access; the message says which rule to add. */
    DENIED,
    /** The device sent more than was asked for (babble). The data is not to be trusted. */
    OVERFLOW,
    /**
     * A bus error: CRC, time-out on the wire, or a host controller's failure. Retry, then reset.
     */
    FAULT,
    /** The request or the device's answer breaks the specification; trying again does not help. */
    INVALID,
    /** This transport or this device cannot do it. */
    UNSUPPORTED
  }

  private final Kind kind;
  private final int bytesMoved;
  private final int nativeCode;

  /**
   * A failure that moved no data and has no native code.
   *
   * @param kind what went wrong
   * @param message names the device, the endpoint and the operation, and says what to do
   */
  public UsbException(Kind kind, String message) {
    this(kind, message, 0, 0);
  }

  /**
   * A failure in full.
   *
   * @param kind what went wrong
   * @param message names the device, the endpoint and the operation, and says what to do
   * @param bytesMoved bytes that moved before the failure, 0 or more
   * @param nativeCode the transport's own code, 0 where there is none
   */
  public UsbException(Kind kind, String message, int bytesMoved, int nativeCode) {
    super(message);
    this.kind = Objects.requireNonNull(kind, "kind");
    this.bytesMoved = bytesMoved;
    this.nativeCode = nativeCode;
  }

  /**
   * What went wrong.
   *
   * @return the kind, never null
   */
  public Kind kind() {
    return kind;
  }

  /**
   * How much of the transfer was done.
   *
   * @return bytes moved before the failure, 0 or more
   */
  public int bytesMoved() {
    return bytesMoved;
  }

  /**
   * The transport's own code, for the log.
   *
   * @return libusb's error or transfer status, or 0
   */
  public int nativeCode() {
    return nativeCode;
  }
}
