package org.bulkhead.campaign.internal.worker;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.zip.CRC32;
import org.bulkhead.device.serial.ModemLines;
import org.bulkhead.transport.sim.SerialPeer;
import org.bulkhead.transport.sim.SerialWire;

/**
 * The other end of a serial line: sends back what comes, and counts each frame that comes whole.
 * What an application wrote once must not come twice.
 */
final class Echo implements SerialPeer {

  /** Two full packets of an FTDI chip, which then waits for no more. */
  static final int FRAME = 124;

  private static final int MAGIC = 0xb0a7c0de;
  private static final int REMEMBERED = 256;

  private final ByteBuffer window = ByteBuffer.allocate(FRAME);
  private final ArrayDeque<Long> seen = new ArrayDeque<>();
  private SerialWire wire;
  private long twice;

  @Override
  public void connected(SerialWire newWire) {
    wire = newWire;
  }

  @Override
  public void lines(boolean dtr, boolean rts) {
    wire.lines(new ModemLines(rts, dtr, dtr, false));
  }

  @Override
  public synchronized void received(ByteBuffer data) {
    ByteBuffer copy = data.duplicate();
    while (copy.hasRemaining()) {
      window.put(copy.get());
      if (!window.hasRemaining() && isWhole(window)) {
        count();
      }
      align();
    }
    wire.send(data);
  }

  private void count() {
    long number = window.getLong(Integer.BYTES);
    if (seen.contains(number)) {
      twice++;
    }
    seen.addLast(number);
    if (seen.size() > REMEMBERED) {
      seen.removeFirst();
    }
    window.clear();
  }

  /** Where a frame was cut short, the next one begins within what was taken for it. */
  private void align() {
    while (window.position() >= Integer.BYTES
        && (window.getInt(0) != MAGIC || !window.hasRemaining())) {
      window.flip().position(1);
      window.compact();
    }
  }

  /** Whether the frame of a number came whole. */
  synchronized boolean has(long number) {
    return seen.contains(number);
  }

  synchronized long twice() {
    return twice;
  }

  /** Writes a frame with a number: magic, number, pattern, checksum. */
  static void fill(ByteBuffer frame, long number) {
    frame.clear().putInt(MAGIC).putLong(number);
    while (frame.remaining() > Long.BYTES) {
      frame.put((byte) (number * 31 + frame.position()));
    }
    frame.putLong(checksum(frame)).flip();
  }

  private static boolean isWhole(ByteBuffer frame) {
    return frame.getLong(FRAME - Long.BYTES) == checksum(frame);
  }

  private static long checksum(ByteBuffer frame) {
    CRC32 sum = new CRC32();
    sum.update(frame.array(), 0, FRAME - Long.BYTES);
    return sum.getValue();
  }
}
