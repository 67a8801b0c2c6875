package org.bulkhead.transport.libusb.internal;

/**
 * One {@code struct libusb_transfer}, with all of it set but what differs from flight to flight.
 * Whoever has it sees to it that it is submitted only while it is idle, and freed only when it is
 * idle and no callback is under way. Nothing here blocks.
 */
interface NativeTransfer {

  /** Bytes that the next flight may move. */
  void setLength(int bytes);

  /** Of them, bytes of one isochronous packet. */
  void setPacketLength(int packet, int bytes);

  /** One of libusb's codes; SUCCESS where its end will be told. */
  int submit();

  /** One of libusb's codes; its end is told, cancelled or not, where it was in flight. */
  int cancel();

  /** How it ended, one of libusb's LIBUSB_TRANSFER_ codes. */
  int status();

  /** Bytes that were moved, however it ended. */
  int actualLength();

  /** Bytes that an isochronous packet moved. */
  int packetActualLength(int packet);

  /** How an isochronous packet ended, as {@link #status}. */
  int packetStatus(int packet);

  /** Gives its memory back; it is not touched after that. */
  void free();
}
