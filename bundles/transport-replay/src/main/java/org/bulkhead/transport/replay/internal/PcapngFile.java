package org.bulkhead.transport.replay.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the packets and comments of a pcapng file (draft-ietf-opsawg-pcapng). Whatever the file
 * holds, it ends with packets or with an IOException that says where and what.
 */
final class PcapngFile {

  /**
   * One packet.
   *
   * @param number from 1, as Wireshark counts
   * @param bytes what the file holds of it, in the byte order of its section
   * @param comment for people, or empty
   */
  record Packet(int number, ByteBuffer bytes, String comment) {}

  private static final long MOST_BYTES = 256 << 20;
  private static final int SECTION = 0x0A0D0D0A;
  private static final int MAGIC = 0x1A2B3C4D;
  private static final int INTERFACE = 1;
  private static final int SIMPLE_PACKET = 3;
  private static final int ENHANCED_PACKET = 6;
  private static final int OPT_COMMENT = 1;
  private static final int IF_SPEED = 8;
  private static final int USB_LINUX_MMAPPED = 220;
  private static final int LEAST_BLOCK = 12;
  private static final List<Integer> PCAP = List.of(0xa1b2c3d4, 0xd4c3b2a1, 0xa1b23c4d, 0x4d3cb2a1);

  private final Path path;
  private final ByteBuffer file;
  private final List<Integer> linkTypes = new ArrayList<>();
  private final List<Packet> packets = new ArrayList<>();
  private long bitsPerSecond;
  private int number;

  private PcapngFile(Path path, ByteBuffer file) {
    this.path = path;
    this.file = file.order(ByteOrder.LITTLE_ENDIAN);
  }

  static PcapngFile read(Path path) throws IOException {
    long size = Files.size(path);
    if (size > MOST_BYTES) {
      throw new IOException(path + ": " + size + " bytes; at most " + MOST_BYTES);
    }
    return of(path, Files.readAllBytes(path));
  }

  static PcapngFile of(Path path, byte[] bytes) throws IOException {
    PcapngFile file = new PcapngFile(path, ByteBuffer.wrap(bytes));
    file.blocks();
    return file;
  }

  List<Packet> packets() {
    return packets;
  }

  /** The speed that the first interface tells, 0 where it does not. */
  long bitsPerSecond() {
    return bitsPerSecond;
  }

  IOException wrong(String what) {
    return new IOException(path + ", byte " + file.position() + ": " + what);
  }

  private void blocks() throws IOException {
    if (file.remaining() >= 4 && PCAP.contains(file.getInt(0))) {
      throw wrong("a pcap file, not pcapng: editcap -F pcapng OLD NEW converts it");
    }
    if (file.remaining() < LEAST_BLOCK || file.getInt(0) != SECTION) {
      throw wrong("not a pcapng file");
    }
    while (file.hasRemaining()) {
      block();
    }
  }

  private void block() throws IOException {
    if (file.remaining() < LEAST_BLOCK) {
      throw wrong(file.remaining() + " bytes are left, too few for a block: the file was cut off");
    }
    int start = file.position();
    int type = file.getInt(start);
    if (type == SECTION) {
      order(start);
    }
    int length = file.getInt(start + 4);
    if (length < LEAST_BLOCK || length % 4 != 0) {
      throw wrong("a block cannot be of " + (length & 0xffffffffL) + " bytes");
    }
    if (length > file.remaining()) {
      throw wrong(
          "a block of %d bytes, of which %d are there: the file was cut off"
              .formatted(length, file.remaining()));
    }
    int again = file.getInt(start + length - 4);
    if (again != length) {
      throw wrong("a block says %d bytes at its start and %d at its end".formatted(length, again));
    }
    ByteBuffer body = file.slice(start + 8, length - LEAST_BLOCK).order(file.order());
    switch (type) {
      case SECTION -> linkTypes.clear();
      case INTERFACE -> describe(body);
      case ENHANCED_PACKET -> packet(body);
      case SIMPLE_PACKET -> number++;
      default -> {}
    }
    file.position(start + length);
  }

  private void order(int start) throws IOException {
    file.order(ByteOrder.LITTLE_ENDIAN);
    if (file.getInt(start + 8) != MAGIC) {
      file.order(ByteOrder.BIG_ENDIAN);
      if (file.getInt(start + 8) != MAGIC) {
        throw wrong("a section of no byte order");
      }
    }
  }

  private void describe(ByteBuffer body) throws IOException {
    if (body.remaining() < 8) {
      throw wrong("an interface of " + body.remaining() + " bytes");
    }
    linkTypes.add(body.getShort(0) & 0xffff);
    ByteBuffer speed = option(body, 8, IF_SPEED);
    if (speed != null && speed.remaining() == 8 && bitsPerSecond == 0) {
      bitsPerSecond = speed.getLong(0);
    }
  }

  private void packet(ByteBuffer body) throws IOException {
    number++;
    if (body.remaining() < 20) {
      throw wrong("packet " + number + " has no header");
    }
    int from = body.getInt(0);
    int captured = body.getInt(12);
    if (from < 0 || from >= linkTypes.size()) {
      throw wrong("packet " + number + " is of interface " + from + ", which is not described");
    }
    if (captured < 0 || captured > body.remaining() - 20) {
      throw wrong(
          "packet %d says %d bytes, its block has %d"
              .formatted(number, captured & 0xffffffffL, body.remaining() - 20));
    }
    if (linkTypes.get(from) != USB_LINUX_MMAPPED) {
      throw wrong(
          "packet %d is of link type %d; only %d, usbmon with its long header, can be played"
              .formatted(number, linkTypes.get(from), USB_LINUX_MMAPPED));
    }
    ByteBuffer comment = option(body, 20 + (captured + 3 & ~3), OPT_COMMENT);
    packets.add(
        new Packet(
            number,
            body.slice(20, captured).order(body.order()),
            comment == null ? "" : UTF_8.decode(comment).toString()));
  }

  private ByteBuffer option(ByteBuffer body, int from, int wanted) throws IOException {
    int at = from;
    while (body.capacity() - at >= 4) {
      int code = body.getShort(at) & 0xffff;
      int length = body.getShort(at + 2) & 0xffff;
      if (code == 0) {
        return null;
      }
      if (length > body.capacity() - at - 4) {
        throw wrong("an option of " + length + " bytes leaves its block");
      }
      if (code == wanted) {
        return body.slice(at + 4, length).order(body.order());
      }
      at += 4 + (length + 3 & ~3);
    }
    return null;
  }
}
