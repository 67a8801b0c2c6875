package org.bulkhead.transport.libusb.internal;

import org.bulkhead.device.usb.TransferStatus;
import org.bulkhead.device.usb.UsbException.Kind;
import org.usb4java.LibUsb;

/** The one table from libusb's codes to ours. */
final class LibusbCode {

  /** What our own look-up of a device answers; libusb_open never does. */
  static final int NOT_LISTED = LibUsb.ERROR_NOT_FOUND;

  /** What our own context answers after its close; no code of libusb. */
  static final int CLOSED = Integer.MIN_VALUE;

  private LibusbCode() {}

  /** The kind of a libusb error, a negative number. */
  static Kind kind(int code) {
    return switch (code) {
      case LibUsb.ERROR_INVALID_PARAM, LibUsb.ERROR_NOT_FOUND -> Kind.INVALID;
      case LibUsb.ERROR_ACCESS -> Kind.DENIED;
      case LibUsb.ERROR_NO_DEVICE -> Kind.DISCONNECTED;
      case LibUsb.ERROR_BUSY -> Kind.BUSY;
      case LibUsb.ERROR_TIMEOUT -> Kind.TIMEOUT;
      case LibUsb.ERROR_OVERFLOW -> Kind.OVERFLOW;
      case LibUsb.ERROR_PIPE -> Kind.STALL;
      case LibUsb.ERROR_NOT_SUPPORTED -> Kind.UNSUPPORTED;
      // ERROR_IO, ERROR_INTERRUPTED, ERROR_NO_MEM, ERROR_OTHER
      default -> Kind.FAULT;
    };
  }

  /** The status of a libusb transfer that is over. */
  static TransferStatus status(int status) {
    return switch (status) {
      case LibUsb.TRANSFER_COMPLETED -> TransferStatus.COMPLETED;
      case LibUsb.TRANSFER_TIMED_OUT -> TransferStatus.TIMEOUT;
      case LibUsb.TRANSFER_CANCELLED -> TransferStatus.CANCELLED;
      case LibUsb.TRANSFER_STALL -> TransferStatus.STALL;
      case LibUsb.TRANSFER_NO_DEVICE -> TransferStatus.DISCONNECTED;
      case LibUsb.TRANSFER_OVERFLOW -> TransferStatus.OVERFLOW;
      default -> TransferStatus.FAULT;
    };
  }

  /** A libusb error's name and number, for messages. */
  static String name(int code) {
    return LibUsb.errorName(code) + " (" + code + ")";
  }
}
