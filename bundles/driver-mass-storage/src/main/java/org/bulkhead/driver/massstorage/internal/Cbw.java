package org.bulkhead.driver.massstorage.internal;

import java.nio.ByteBuffer;
import org.bulkhead.device.usb.descriptor.Direction;

/** The Command Block Wrapper (Bulk-Only Transport 1.0 section 5.1). Pure bytes, no I/O. */
final class Cbw {

  /** Its size, always. */
  static final int LENGTH_BYTES = 31;

  /** {@code dCBWSignature}: "USBC". */
  static final int SIGNATURE = 0x43425355;

  /** The most that {@code CBWCB} holds. */
  static final int MAX_COMMAND_BYTES = 16;

  private static final int DIRECTION_IN = 0x80;

  private Cbw() {}

  /**
   * Writes one.
   *
   * @param to little-endian, cleared and filled with the 31 bytes, ready to be sent
   * @param tag {@code dCBWTag}, comes back in the status
   * @param lengthBytes {@code dCBWDataTransferLength}
   * @param direction of the data; without meaning when there is none
   * @param lun {@code bCBWLUN}, 0 to 15
   * @param command position 0 to limit, 1 to 16 bytes; its position stays
   */
  static void write(
      ByteBuffer to, int tag, int lengthBytes, Direction direction, int lun, ByteBuffer command) {
    int commandBytes = command.limit();
    to.clear();
    to.putInt(SIGNATURE).putInt(tag).putInt(lengthBytes);
    to.put((byte) (direction == Direction.IN ? DIRECTION_IN : 0));
    to.put((byte) lun).put((byte) commandBytes);
    for (int i = 0; i < MAX_COMMAND_BYTES; i++) {
      to.put(i < commandBytes ? command.get(i) : 0);
    }
    to.flip();
  }
}
