package org.bulkhead.transport.libusb.internal;

import java.nio.ByteBuffer;
import org.usb4java.DeviceHandle;

/**
 * By Java's foreign-function API: the struct's fields are where libusb's header puts them on 64-bit
 * processors, which is part of its binary interface.
 */
final class ForeignTransfer implements NativeTransfer {

  // struct libusb_transfer
  private static final int DEV_HANDLE = 0;
  private static final int ENDPOINT = 9;
  private static final int TYPE = 10;
  private static final int STATUS = 16;
  private static final int LENGTH = 20;
  private static final int ACTUAL_LENGTH = 24;
  private static final int CALLBACK = 32;
  private static final int USER_DATA = 40;
  private static final int BUFFER = 48;
  private static final int NUM_ISO_PACKETS = 56;
  private static final int ISO_PACKET_DESC = 60;

  // struct libusb_iso_packet_descriptor
  private static final int PACKET_LENGTH = 0;
  private static final int PACKET_ACTUAL_LENGTH = 4;
  private static final int PACKET_STATUS = 8;
  private static final int PACKET_BYTES = 12;

  private final ForeignCalls calls;
  private final long struct;
  private final int place;

  /** Not collected before the transfer is. */
  @SuppressWarnings({"unused", "FieldCanBeLocal"})
  private final ByteBuffer memory;

  /**
   * Fills what libusb allocated, and cleared.
   *
   * @param place in the table of those that landed
   */
  ForeignTransfer(
      ForeignCalls calls,
      long struct,
      int place,
      DeviceHandle device,
      int endpointAddress,
      int type,
      int packets,
      ByteBuffer memory) {
    this.calls = calls;
    this.struct = struct;
    this.place = place;
    this.memory = memory;
    ForeignLibusb.setLong(struct + DEV_HANDLE, device.getPointer());
    ForeignLibusb.setByte(struct + ENDPOINT, (byte) endpointAddress);
    ForeignLibusb.setByte(struct + TYPE, (byte) type);
    ForeignLibusb.setLong(struct + CALLBACK, calls.landedAddress());
    ForeignLibusb.setLong(struct + USER_DATA, place);
    ForeignLibusb.setLong(struct + BUFFER, ForeignLibusb.address(memory));
    ForeignLibusb.setInt(struct + NUM_ISO_PACKETS, packets);
  }

  /** Which one it is. */
  static int place(long struct) {
    return (int) ForeignLibusb.getLong(struct + USER_DATA);
  }

  @Override
  public void setLength(int bytes) {
    ForeignLibusb.setInt(struct + LENGTH, bytes);
  }

  @Override
  public void setPacketLength(int packet, int bytes) {
    ForeignLibusb.setInt(packet(packet) + PACKET_LENGTH, bytes);
  }

  @Override
  public int submit() {
    return ForeignLibusb.submitTransfer(struct);
  }

  @Override
  public int cancel() {
    return ForeignLibusb.cancelTransfer(struct);
  }

  @Override
  public int status() {
    return ForeignLibusb.getInt(struct + STATUS);
  }

  @Override
  public int actualLength() {
    return ForeignLibusb.getInt(struct + ACTUAL_LENGTH);
  }

  @Override
  public int packetActualLength(int packet) {
    return ForeignLibusb.getInt(packet(packet) + PACKET_ACTUAL_LENGTH);
  }

  @Override
  public int packetStatus(int packet) {
    return ForeignLibusb.getInt(packet(packet) + PACKET_STATUS);
  }

  private long packet(int packet) {
    return struct + ISO_PACKET_DESC + (long) packet * PACKET_BYTES;
  }

  @Override
  public void free() {
    ForeignLibusb.freeTransfer(struct);
    calls.leave(place);
  }
}
