package org.bulkhead.benchmarks;

import java.util.function.ToLongFunction;

/** What drivers do all day, as tight as they can: a checksum over a frame, and its fields. */
public final class Protocol implements ToLongFunction<byte[]> {

  /** Made by reflection, woven or not. */
  public Protocol() {}

  @Override
  public long applyAsLong(byte[] frame) {
    return (long) crc16(frame) << 32 | fields(frame, 0, frame.length);
  }

  private static int crc16(byte[] frame) {
    int crc = 0xffff;
    for (byte each : frame) {
      crc ^= each & 0xff;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 1) != 0 ? crc >>> 1 ^ 0xa001 : crc >>> 1;
      }
    }
    return crc;
  }

  /** Tag, length, value; tags with bit 5 set hold fields themselves. */
  private static int fields(byte[] frame, int from, int to) {
    int sum = 0;
    int at = from;
    while (at + 2 <= to) {
      int tag = frame[at] & 0xff;
      int length = Math.min(frame[at + 1] & 0x7f, to - at - 2);
      at += 2;
      if ((tag & 0x20) != 0 && length > 4) {
        sum += fields(frame, at, at + length);
      } else {
        for (int i = 0; i < length; i++) {
          sum += frame[at + i];
        }
      }
      at += length;
    }
    return sum;
  }
}
