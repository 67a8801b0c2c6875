package org.bulkhead.driver.massstorage.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.bulkhead.device.block.BlockGeometry;

/**
 * The commands that the driver sends and the answers to them (SPC-4, SBC-3). Pure bytes, no I/O.
 * Commands are written into a buffer of 16 bytes, big-endian as Java has them, that is ready to be
 * sent afterwards; answers are read from a buffer's position to its limit, whatever its byte order.
 */
final class Scsi {

  /** What INQUIRY is asked for: the part that each device has; some break when asked for more. */
  static final int INQUIRY_BYTES = 36;

  /** What REQUEST SENSE is asked for: fixed format without vendor's bytes. */
  static final int SENSE_BYTES = 18;

  /** The answer to READ CAPACITY(10). */
  static final int CAPACITY_10_BYTES = 8;

  /** The answer to READ CAPACITY(16). */
  static final int CAPACITY_16_BYTES = 32;

  private static final int TEST_UNIT_READY = 0x00;
  private static final int REQUEST_SENSE = 0x03;
  private static final int INQUIRY = 0x12;
  private static final int READ_CAPACITY_10 = 0x25;
  private static final int READ_10 = 0x28;
  private static final int WRITE_10 = 0x2a;
  private static final int SYNCHRONIZE_CACHE_10 = 0x35;
  private static final int READ_16 = 0x88;
  private static final int WRITE_16 = 0x8a;
  private static final int SERVICE_ACTION_IN_16 = 0x9e;
  private static final int ACTION_READ_CAPACITY_16 = 0x10;

  private static final long MAX_BLOCK_10 = 0xffff_ffffL;
  private static final int MAX_COUNT_10 = 0xffff;

  private Scsi() {}

  static void testUnitReady(ByteBuffer command) {
    begin(command, TEST_UNIT_READY, 6);
  }

  static void requestSense(ByteBuffer command) {
    begin(command, REQUEST_SENSE, 6).put(4, (byte) SENSE_BYTES);
  }

  static void inquiry(ByteBuffer command) {
    begin(command, INQUIRY, 6).put(4, (byte) INQUIRY_BYTES);
  }

  static void readCapacity10(ByteBuffer command) {
    begin(command, READ_CAPACITY_10, 10);
  }

  static void readCapacity16(ByteBuffer command) {
    begin(command, SERVICE_ACTION_IN_16, 16)
        .put(1, (byte) ACTION_READ_CAPACITY_16)
        .putInt(10, CAPACITY_16_BYTES);
  }

  static void synchronizeCache(ByteBuffer command) {
    begin(command, SYNCHRONIZE_CACHE_10, 10);
  }

  /** READ of the short form where it reaches: many devices know no other. */
  static void read(ByteBuffer command, long block, int count) {
    blocks(command, READ_10, READ_16, block, count);
  }

  /** WRITE of the short form where it reaches. */
  static void write(ByteBuffer command, long block, int count) {
    blocks(command, WRITE_10, WRITE_16, block, count);
  }

  private static void blocks(ByteBuffer command, int code10, int code16, long block, int count) {
    if (block + count - 1 <= MAX_BLOCK_10 && count <= MAX_COUNT_10) {
      begin(command, code10, 10).putInt(2, (int) block).putShort(7, (short) count);
    } else {
      begin(command, code16, 16).putLong(2, block).putInt(10, count);
    }
  }

  private static ByteBuffer begin(ByteBuffer command, int code, int lengthBytes) {
    command.clear().limit(lengthBytes);
    for (int i = 0; i < lengthBytes; i++) {
      command.put(i, (byte) 0);
    }
    return command.put(0, (byte) code);
  }

  /** A command's name as the standards write it. */
  static String name(ByteBuffer command) {
    int code = command.get(0) & 0xff;
    return switch (code) {
      case TEST_UNIT_READY -> "TEST UNIT READY";
      case REQUEST_SENSE -> "REQUEST SENSE";
      case INQUIRY -> "INQUIRY";
      case READ_CAPACITY_10 -> "READ CAPACITY(10)";
      case READ_10 -> "READ(10)";
      case WRITE_10 -> "WRITE(10)";
      case SYNCHRONIZE_CACHE_10 -> "SYNCHRONIZE CACHE(10)";
      case READ_16 -> "READ(16)";
      case WRITE_16 -> "WRITE(16)";
      case SERVICE_ACTION_IN_16 -> "READ CAPACITY(16)";
      default -> String.format("command %02x", code);
    };
  }

  /**
   * The answer to READ CAPACITY(10) (SBC-3 section 5.15).
   *
   * @return null where the medium is too large for it and READ CAPACITY(16) tells
   * @throws IllegalArgumentException where the numbers cannot be
   */
  static BlockGeometry capacity10(ByteBuffer answer) {
    ByteBuffer data = bigEndian(answer, 8);
    int last = data.getInt(0);
    return last == -1 ? null : new BlockGeometry(data.getInt(4), Integer.toUnsignedLong(last) + 1);
  }

  /**
   * The answer to READ CAPACITY(16) (SBC-3 section 5.16).
   *
   * @throws IllegalArgumentException where the numbers cannot be
   */
  static BlockGeometry capacity16(ByteBuffer answer) {
    ByteBuffer data = bigEndian(answer, 12);
    return new BlockGeometry(data.getInt(8), data.getLong(0) + 1);
  }

  private static ByteBuffer bigEndian(ByteBuffer answer, int neededBytes) {
    if (answer.remaining() < neededBytes) {
      throw new IllegalArgumentException("capacity of only " + answer.remaining() + " bytes");
    }
    return answer.slice().order(ByteOrder.BIG_ENDIAN);
  }

  /**
   * The answer to INQUIRY (SPC-4 section 6.6.2).
   *
   * @param qualifier peripheral qualifier, 0 where a device is connected
   * @param type peripheral device type, 0 to 31
   * @param name vendor, product and revision in one line
   */
  record Inquiry(int qualifier, int type, String name) {

    private static final int DIRECT_ACCESS = 0x00;
    private static final int CD_DVD = 0x05;
    private static final int OPTICAL_MEMORY = 0x07;
    private static final int SIMPLIFIED_DIRECT_ACCESS = 0x0e;

    /** Takes whatever is there; what is cut off is empty. */
    static Inquiry parse(ByteBuffer answer) {
      byte[] bytes = new byte[INQUIRY_BYTES];
      int length = Math.min(answer.remaining(), bytes.length);
      answer.get(answer.position(), bytes, 0, length);
      if (length == 0) {
        return new Inquiry(3, 0x1f, "");
      }
      String name = text(bytes, 8, 16) + " " + text(bytes, 16, 32) + " " + text(bytes, 32, 36);
      return new Inquiry((bytes[0] & 0xff) >> 5, bytes[0] & 0x1f, name.strip());
    }

    /** Whether the unit is there and speaks the block commands. */
    boolean isBlockDevice() {
      return qualifier == 0
          && (type == DIRECT_ACCESS
              || type == CD_DVD
              || type == OPTICAL_MEMORY
              || type == SIMPLIFIED_DIRECT_ACCESS);
    }

    private static String text(byte[] bytes, int from, int to) {
      String raw = new String(bytes, from, to - from, StandardCharsets.US_ASCII);
      return raw.replaceAll("[^ -~]", " ").strip();
    }
  }
}
