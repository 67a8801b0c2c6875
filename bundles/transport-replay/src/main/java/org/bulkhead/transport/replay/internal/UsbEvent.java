package org.bulkhead.transport.replay.internal;

import java.nio.ByteBuffer;
import org.bulkhead.device.usb.TransferStatus;
import org.bulkhead.device.usb.descriptor.TransferType;

/**
 * One event of usbmon: struct mon_bin_hdr of 64 bytes and the data that was kept
 * (Documentation/usb/usbmon.rst).
 *
 * @param packet its number in the file
 * @param comment of the packet
 * @param id tells the transfers in flight apart
 * @param event {@code 'S'}, {@code 'C'} or {@code 'E'}
 * @param type of the transfer
 * @param endpoint {@code bEndpointAddress}; for control the direction and 0
 * @param device bus and address
 * @param status as an errno of Linux, negative
 * @param setup eight bytes, or null
 * @param length asked for or moved
 * @param data what was kept of the data
 */
record UsbEvent(
    int packet,
    String comment,
    long id,
    char event,
    TransferType type,
    int endpoint,
    int device,
    int status,
    byte[] setup,
    int length,
    byte[] data) {

  private static final int HEADER_BYTES = 64;
  private static final int MOST_BYTES = 16 << 20;
  private static final TransferType[] TYPES = {
    TransferType.ISOCHRONOUS, TransferType.INTERRUPT, TransferType.CONTROL, TransferType.BULK
  };

  /** Reads an event; IllegalArgumentException where it is none. */
  static UsbEvent of(PcapngFile.Packet packet) {
    ByteBuffer bytes = packet.bytes();
    require(bytes.remaining() >= HEADER_BYTES, packet, "is shorter than the header of usbmon");
    int type = bytes.get(9) & 0xff;
    require(type < TYPES.length, packet, "is of transfer type " + type);
    char event = (char) (bytes.get(8) & 0xff);
    require("SCE".indexOf(event) >= 0, packet, "is of event type " + (int) event);
    int length = bytes.getInt(32);
    require(length >= 0 && length <= MOST_BYTES, packet, "is of " + length + " bytes");
    int kept = bytes.getInt(36);
    require(
        kept >= 0 && kept <= bytes.remaining() - HEADER_BYTES,
        packet,
        "says " + kept + " bytes of data, it has " + (bytes.remaining() - HEADER_BYTES));
    byte[] setup = null;
    if (TYPES[type] == TransferType.CONTROL && bytes.get(14) == 0 && event == 'S') {
      setup = new byte[8];
      bytes.get(40, setup);
    }
    byte[] data = new byte[kept];
    bytes.get(HEADER_BYTES, data);
    return new UsbEvent(
        packet.number(),
        packet.comment(),
        bytes.getLong(0),
        event,
        TYPES[type],
        bytes.get(10) & 0xff,
        (bytes.getShort(12) & 0xffff) << 8 | bytes.get(11) & 0xff,
        bytes.getInt(28),
        setup,
        length,
        data);
  }

  private static void require(boolean condition, PcapngFile.Packet packet, String otherwise) {
    if (!condition) {
      throw new IllegalArgumentException("packet " + packet.number() + " " + otherwise);
    }
  }

  boolean reads() {
    return (endpoint & 0x80) != 0;
  }

  /** What Linux's status means, Documentation/driver-api/usb/error-codes.rst. */
  TransferStatus end() {
    return switch (status) {
      case 0, -121 -> TransferStatus.COMPLETED;
      case -2, -104 -> TransferStatus.CANCELLED;
      case -32 -> TransferStatus.STALL;
      case -75 -> TransferStatus.OVERFLOW;
      case -19, -108 -> TransferStatus.DISCONNECTED;
      default -> TransferStatus.FAULT;
    };
  }
}
