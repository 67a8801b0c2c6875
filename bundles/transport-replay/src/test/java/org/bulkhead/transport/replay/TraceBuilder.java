package org.bulkhead.transport.replay;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Makes small traces, written by hand after the specifications. */
public final class TraceBuilder {

  private static final byte[] NONE = {};
  private static final int CONTROL = 2;
  private final ByteArrayOutputStream file = new ByteArrayOutputStream();
  private String comment = "";

  public TraceBuilder() {
    this(220);
  }

  public TraceBuilder(int linkType) {
    block(0x0A0D0D0A, hex("4d3c2b1a 0100 0000 ffffffffffffffff"));
    block(1, ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putInt(linkType).array());
  }

  static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }

  /** A vendor's device with a bulk endpoint either way. */
  public TraceBuilder enumeration() {
    request(101, "8006000100001200", hex("12010002 ff000040 0912 0200 0001 000200 01"));
    request(
        102,
        "8006000200002000",
        hex("09022000 01010080 32 0904000002ff000000 0705810240 0000 0705020240 0000"));
    request(103, "8006020309040800", ("\u0308Lab").getBytes(StandardCharsets.UTF_16LE));
    return request(104, "0009010000000000", NONE);
  }

  public TraceBuilder request(long id, String setup, byte[] answer) {
    byte[] bytes = hex(setup);
    int endpoint = bytes[0] & 0x80;
    return submit(id, CONTROL, endpoint, bytes, answer.length, NONE)
        .complete(id, CONTROL, endpoint, 0, answer.length, answer);
  }

  public TraceBuilder comment(String text) {
    comment = text;
    return this;
  }

  public TraceBuilder submit(
      long id, int type, int endpoint, byte[] setup, int length, byte[] data) {
    return event('S', id, type, endpoint, -115, setup, length, data);
  }

  public TraceBuilder complete(
      long id, int type, int endpoint, int status, int length, byte[] data) {
    return event('C', id, type, endpoint, status, null, length, data);
  }

  private TraceBuilder event(
      char event,
      long id,
      int type,
      int endpoint,
      int status,
      byte[] setup,
      int length,
      byte[] data) {
    ByteBuffer packet =
        ByteBuffer.allocate(20 + (64 + data.length + 3 & ~3) + option().length)
            .order(ByteOrder.LITTLE_ENDIAN);
    packet.putInt(12, 64 + data.length).putInt(16, 64 + data.length).position(20);
    packet.putLong(id).put((byte) event).put((byte) type).put((byte) endpoint).put((byte) 7);
    packet.putShort((short) 1).put((byte) (setup == null ? '-' : 0)).put((byte) 0);
    packet.putLong(0).putInt(0).putInt(status).putInt(length).putInt(data.length);
    packet.put(setup == null ? new byte[8] : setup).put(new byte[16]).put(data);
    packet.position(packet.capacity() - option().length);
    packet.put(option());
    comment = "";
    block(6, packet.array());
    return this;
  }

  private byte[] option() {
    byte[] text = comment.getBytes(StandardCharsets.UTF_8);
    return text.length == 0
        ? NONE
        : ByteBuffer.allocate(4 + (text.length + 3 & ~3))
            .order(ByteOrder.LITTLE_ENDIAN)
            .putShort((short) 1)
            .putShort((short) text.length)
            .put(text)
            .array();
  }

  private void block(int type, byte[] body) {
    int length = 12 + body.length;
    ByteBuffer block = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    file.writeBytes(block.putInt(type).putInt(length).put(body).putInt(length).array());
  }

  public byte[] bytes() {
    return file.toByteArray();
  }
}
