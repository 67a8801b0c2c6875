package org.bulkhead.framework.internal.recorder;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.descriptor.TransferType;

/**
 * Events as Linux's usbmon gives them to a reader of its binary interface: struct mon_bin_hdr of 64
 * bytes and the data (Documentation/usb/usbmon.rst; LINKTYPE_USB_LINUX_MMAPPED, 220).
 */
final class Usbmon {

  static final int HEADER_BYTES = 64;
  static final byte SUBMIT = 'S';
  static final byte COMPLETE = 'C';
  static final byte ERROR = 'E';

  private static final int IN = 0x80;
  private static final int URB_DIR_IN = 0x200;
  private static final int EINPROGRESS = -115;
  private static final long BILLION = 1_000_000_000L;
  private static final byte[] NO_BYTES = {};

  /** What all events of one transfer share. */
  record Urb(long id, TransferType type, int endpoint, byte[] setup, int lengthBytes) {

    boolean reads() {
      return (endpoint & IN) != 0;
    }
  }

  private final int bus;
  private final int address;

  Usbmon(int bus, int address) {
    this.bus = bus;
    this.address = address;
  }

  byte[] submit(Urb urb, Instant time, byte[] data) {
    int flag = urb.reads() ? '<' : 0;
    return event(urb, SUBMIT, time, EINPROGRESS, urb.lengthBytes, flag, data);
  }

  byte[] complete(Urb urb, Instant time, Kind failure, int actualBytes, byte[] data) {
    int flag = urb.reads() ? 0 : '>';
    return event(urb, COMPLETE, time, errno(failure), actualBytes, flag, data);
  }

  byte[] error(Urb urb, Instant time, Kind failure) {
    return event(urb, ERROR, time, errno(failure), 0, ERROR, NO_BYTES);
  }

  private byte[] event(
      Urb urb, byte event, Instant time, int status, int length, int dataFlag, byte[] data) {
    boolean setup = event == SUBMIT && urb.type == TransferType.CONTROL;
    return ByteBuffer.allocate(HEADER_BYTES + data.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(urb.id)
        .put(event)
        .put(code(urb.type))
        .put((byte) urb.endpoint)
        .put((byte) address)
        .putShort((short) bus)
        .put((byte) (setup ? 0 : '-'))
        .put((byte) dataFlag)
        .putLong(time.getEpochSecond())
        .putInt(time.getNano() / 1000)
        .putInt(status)
        .putInt(length)
        .putInt(data.length)
        .put(setup ? urb.setup : new byte[8])
        .putInt(0) // interval
        .putInt(0) // start_frame
        .putInt(urb.reads() ? URB_DIR_IN : 0)
        .putInt(0) // ndesc
        .put(data)
        .array();
  }

  private static byte code(TransferType type) {
    return (byte)
        switch (type) {
          case ISOCHRONOUS -> 0;
          case INTERRUPT -> 1;
          case CONTROL -> 2;
          case BULK -> 3;
        };
  }

  /** The status that Linux gives, Documentation/driver-api/usb/error-codes.rst. */
  private static int errno(Kind failure) {
    if (failure == null) {
      return 0;
    }
    return switch (failure) {
      case STALL -> -32;
      // Whoever waits too long takes the transfer back.
      case TIMEOUT, CANCELLED -> -2;
      case DISCONNECTED -> -108;
      case OVERFLOW -> -75;
      case INVALID -> -22;
      case BUSY -> -16;
      case DENIED -> -13;
      case UNSUPPORTED -> -95;
      case FAULT -> -71;
    };
  }

  static long nanos(Instant time) {
    return time.getEpochSecond() * BILLION + time.getNano();
  }
}
