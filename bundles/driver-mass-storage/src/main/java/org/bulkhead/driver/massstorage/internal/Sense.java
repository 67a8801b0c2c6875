package org.bulkhead.driver.massstorage.internal;

import java.nio.ByteBuffer;
import java.util.Map;

/**
 * Why a command failed: sense data of the fixed or the descriptor format (SPC-4 section 4.5). Pure
 * bytes, no I/O. The numbers are those of SPC-4 tables 41 and 58.
 *
 * @param key sense key, 0 to 15
 * @param code additional sense code, 0 to 255
 * @param qualifier additional sense code qualifier, 0 to 255
 */
record Sense(int key, int code, int qualifier) {

  private static final int NO_SENSE = 0x0;
  private static final int RECOVERED_ERROR = 0x1;
  private static final int NOT_READY = 0x2;
  private static final int ILLEGAL_REQUEST = 0x5;
  private static final int UNIT_ATTENTION = 0x6;
  private static final int ABORTED_COMMAND = 0xb;

  private static final String[] KEYS = {
    "no sense",
    "recovered error",
    "not ready",
    "medium error",
    "hardware error",
    "illegal request",
    "unit attention",
    "data protect",
    "blank check",
    "vendor specific",
    "copy aborted",
    "aborted command",
    "reserved key",
    "volume overflow",
    "miscompare",
    "completed"
  };

  /** By code and qualifier; with qualifier ff for all others of the code. */
  private static final Map<Integer, String> CODES =
      Map.ofEntries(
          Map.entry(0x03ff, "the medium cannot be written"),
          Map.entry(0x0401, "becoming ready"),
          Map.entry(0x0402, "has to be started"),
          Map.entry(0x0403, "needs attention by hand"),
          Map.entry(0x0404, "being formatted"),
          Map.entry(0x08ff, "the device cannot reach its medium"),
          Map.entry(0x0cff, "the medium cannot be written"),
          Map.entry(0x11ff, "the medium cannot be read"),
          Map.entry(0x14ff, "block not found on the medium"),
          Map.entry(0x1aff, "command of a wrong length"),
          Map.entry(0x20ff, "the device does not know the command"),
          Map.entry(0x21ff, "block out of range"),
          Map.entry(0x24ff, "the device does not know a field of the command"),
          Map.entry(0x25ff, "no such logical unit"),
          Map.entry(0x27ff, "the medium is write-protected"),
          Map.entry(0x28ff, "the medium was changed"),
          Map.entry(0x29ff, "the device was reset"),
          Map.entry(0x2a09, "the capacity changed"),
          Map.entry(0x2aff, "parameters changed"),
          Map.entry(0x30ff, "the medium cannot be used"),
          Map.entry(0x31ff, "the medium is not formatted"),
          Map.entry(0x3aff, "no medium"),
          Map.entry(0x44ff, "failure inside the device"),
          Map.entry(0x53ff, "the medium cannot be loaded or ejected"));

  /**
   * Takes whatever is there, position to limit; what is cut off counts as 0.
   *
   * @param data the answer to REQUEST SENSE
   * @return the sense, "no sense" where the data has no known format
   */
  static Sense parse(ByteBuffer data) {
    return switch (at(data, 0) & 0x7f) {
      case 0x70, 0x71 -> new Sense(at(data, 2) & 0x0f, at(data, 12), at(data, 13));
      case 0x72, 0x73 -> new Sense(at(data, 1) & 0x0f, at(data, 2), at(data, 3));
      default -> new Sense(NO_SENSE, 0, 0);
    };
  }

  private static int at(ByteBuffer data, int index) {
    return index < data.remaining() ? data.get(data.position() + index) & 0xff : 0;
  }

  /** Whether the same command may well work when it is sent again at once. */
  boolean isPassing() {
    return key == UNIT_ATTENTION || key == ABORTED_COMMAND || key == RECOVERED_ERROR;
  }

  /** Whether the unit says that it will be ready by itself. */
  boolean isBecomingReady() {
    return key == NOT_READY && code == 0x04 && qualifier == 0x01;
  }

  /** Whether what was known of the medium no longer holds. */
  boolean isMediumChanged() {
    return key == UNIT_ATTENTION && (code == 0x28 || code == 0x2a && qualifier == 0x09)
        || key == NOT_READY && code == 0x3a;
  }

  /** Whether the device has no such command. */
  boolean isUnknownCommand() {
    return key == ILLEGAL_REQUEST && (code == 0x20 || code == 0x24);
  }

  /** The sense in words, with the numbers for who looks them up. */
  @Override
  public String toString() {
    String words = CODES.get(code << 8 | qualifier);
    if (words == null) {
      words = CODES.get(code << 8 | 0xff);
    }
    String numbers = String.format("(sense %x/%02x/%02x)", key, code, qualifier);
    return words == null ? KEYS[key] + " " + numbers : KEYS[key] + ", " + words + " " + numbers;
  }
}
