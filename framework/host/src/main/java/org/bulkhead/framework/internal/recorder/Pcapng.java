package org.bulkhead.framework.internal.recorder;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;

/** Writes a pcapng file of one interface (draft-ietf-opsawg-pcapng), little-endian. */
final class Pcapng {

  private static final int SECTION = 0x0A0D0D0A;
  private static final int INTERFACE = 1;
  private static final int ENHANCED_PACKET = 6;
  private static final int USB_LINUX_MMAPPED = 220;
  private static final int OPT_COMMENT = 1;
  private static final int SHB_USER_APPLICATION = 4;
  private static final int IF_NAME = 2;
  private static final int IF_SPEED = 8;
  private static final int IF_TSRESOL = 9;
  private static final byte NANOSECONDS = 9;

  private final ByteArrayOutputStream file = new ByteArrayOutputStream();

  /**
   * The beginning of a file.
   *
   * @param comment what the file is
   * @param name of the interface
   * @param bitsPerSecond its speed, 0 where it is not known
   */
  Pcapng(String comment, String name, long bitsPerSecond) {
    block(
        SECTION,
        numbers(16).putInt(0x1A2B3C4D).putShort((short) 1).putShort((short) 0).putLong(-1),
        option(OPT_COMMENT, comment.getBytes(UTF_8)),
        option(SHB_USER_APPLICATION, "Bulkhead flight recorder".getBytes(UTF_8)));
    block(
        INTERFACE,
        numbers(8).putShort((short) USB_LINUX_MMAPPED).putShort((short) 0).putInt(0),
        option(IF_NAME, name.getBytes(UTF_8)),
        option(IF_TSRESOL, new byte[] {NANOSECONDS}),
        bitsPerSecond == 0
            ? new byte[0]
            : option(IF_SPEED, numbers(8).putLong(bitsPerSecond).array()));
  }

  /**
   * Adds a packet.
   *
   * @param fullBytes how long it was before it was cut
   * @param comment for people, empty for none
   */
  void packet(Instant time, byte[] packet, int fullBytes, String comment) {
    long stamp = Usbmon.nanos(time);
    block(
        ENHANCED_PACKET,
        numbers(20 + padded(packet.length))
            .putInt(0)
            .putInt((int) (stamp >>> 32))
            .putInt((int) stamp)
            .putInt(packet.length)
            .putInt(fullBytes)
            .put(packet),
        comment.isEmpty() ? new byte[0] : option(OPT_COMMENT, comment.getBytes(UTF_8)));
  }

  byte[] bytes() {
    return file.toByteArray();
  }

  private void block(int type, ByteBuffer body, byte[]... options) {
    int optionBytes = 0;
    for (byte[] option : options) {
      optionBytes += option.length;
    }
    // A list of options ends with one of no type, an absent list with nothing.
    optionBytes += optionBytes == 0 ? 0 : 4;
    int length = 12 + body.capacity() + optionBytes;
    ByteBuffer block = numbers(length).putInt(type).putInt(length).put(body.array());
    for (byte[] option : options) {
      block.put(option);
    }
    file.writeBytes(block.putInt(length - 4, length).array());
  }

  private static byte[] option(int code, byte[] value) {
    return numbers(4 + padded(value.length))
        .putShort((short) code)
        .putShort((short) value.length)
        .put(value)
        .array();
  }

  private static int padded(int bytes) {
    return bytes + 3 & ~3;
  }

  private static ByteBuffer numbers(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
