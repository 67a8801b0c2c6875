package org.bulkhead.driver.massstorage.internal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/** A logical unit of {@link FakeStick}: blocks in memory, and conditions to be reported once. */
final class FakeUnit {

  final byte[] medium;
  final Deque<Sense> senses = new ArrayDeque<>();
  int blockBytes = 512;
  int type;
  long lastBlockAnswer;
  boolean hasCache = true;
  int readsShortBytes;

  FakeUnit(int blocks) {
    medium = new byte[blocks * 512];
    for (int i = 0; i < medium.length; i++) {
      medium[i] = (byte) (i * 31 + i / 512);
    }
    lastBlockAnswer = blocks - 1;
  }

  /** Data of a command that passes, null for one that fails; empty where it takes data. */
  byte[] answer(byte[] command) {
    ByteBuffer fields = ByteBuffer.wrap(command);
    int code = command[0] & 0xff;
    if (code == 0x03) {
      return sense();
    }
    if (code != 0x12 && !senses.isEmpty()) {
      return null;
    }
    return switch (code) {
      case 0x00, 0x2a, 0x8a -> new byte[0];
      case 0x12 -> inquiry();
      case 0x25 ->
          ByteBuffer.allocate(8)
              .putInt((int) Math.min(lastBlockAnswer, 0xffff_ffffL))
              .putInt(blockBytes)
              .array();
      case 0x9e -> ByteBuffer.allocate(32).putLong(lastBlockAnswer).putInt(blockBytes).array();
      case 0x28 -> read(fields.getInt(2) & 0xffff_ffffL, fields.getShort(7) & 0xffff);
      case 0x88 -> read(fields.getLong(2), fields.getInt(10));
      case 0x35 -> hasCache ? new byte[0] : fail(0x20);
      default -> fail(0x20);
    };
  }

  boolean write(byte[] command, byte[] data) {
    ByteBuffer fields = ByteBuffer.wrap(command);
    long block = command[0] == 0x2a ? fields.getInt(2) & 0xffff_ffffL : fields.getLong(2);
    System.arraycopy(data, 0, medium, at(block), data.length);
    return true;
  }

  private byte[] read(long block, int count) {
    int from = at(block);
    return Arrays.copyOfRange(medium, from, from + count * blockBytes - readsShortBytes);
  }

  /** Where a block is; large numbers wrap so that a huge medium needs no memory. */
  private int at(long block) {
    return (int) (block * blockBytes % medium.length);
  }

  private byte[] fail(int code) {
    senses.add(new Sense(5, code, 0));
    return null;
  }

  private byte[] sense() {
    Sense next = senses.isEmpty() ? new Sense(0, 0, 0) : senses.poll();
    byte[] bytes = new byte[18];
    bytes[0] = 0x70;
    bytes[2] = (byte) next.key();
    bytes[7] = 10;
    bytes[12] = (byte) next.code();
    bytes[13] = (byte) next.qualifier();
    return bytes;
  }

  private byte[] inquiry() {
    byte[] bytes = new byte[36];
    Arrays.fill(bytes, 8, 36, (byte) ' ');
    bytes[0] = (byte) type;
    bytes[4] = 31;
    byte[] name = "BULKHEAD".getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(name, 0, bytes, 8, name.length);
    return bytes;
  }
}
