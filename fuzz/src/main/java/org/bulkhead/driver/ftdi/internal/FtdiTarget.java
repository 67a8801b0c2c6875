package org.bulkhead.driver.ftdi.internal;

import static org.bulkhead.fuzz.Target.promise;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Set;
import org.bulkhead.device.serial.SerialLine;
import org.bulkhead.device.usb.descriptor.DeviceDescriptor;
import org.bulkhead.fuzz.Target;

/**
 * {@link FtdiPackets} and what else the chip says: two bytes of version, one with the size of a
 * packet less 3, then transfers with a length of two bytes each.
 */
public final class FtdiTarget implements Target {

  private static final int STATUS_BYTES = 2;
  private static final int HEAD_BYTES = 3;
  private static final int BREAK_BIT = 0x10;

  @Override
  public void read(byte[] input) {
    if (input.length < HEAD_BYTES) {
      return;
    }
    ByteBuffer in = ByteBuffer.wrap(input);
    chip(in.getShort() & 0xffff);
    int packetBytes = (in.get() & 0xff) + HEAD_BYTES;
    FtdiPackets packets = new FtdiPackets(packetBytes);
    while (in.remaining() >= Short.BYTES) {
      byte[] transfer = new byte[Math.min(in.getShort() & 0xffff, in.remaining())];
      in.get(transfer);
      strip(packets, packetBytes, transfer);
    }
    packets.reset();
  }

  private static void chip(int version) {
    DeviceDescriptor device =
        new DeviceDescriptor(0x0200, 0, 0, 0, 8, 0x0403, 0x6001, version, 1, 2, 3, 1);
    try {
      FtdiChip chip = FtdiChip.of(device);
      promise(version >= 0x0200, "the oldest is refused");
      chip.divisor(9600);
    } catch (IllegalArgumentException refused) {
      promise(version < 0x0200, "no other is refused: " + refused.getMessage());
    }
  }

  /** By a plain second implementation. */
  private static void strip(FtdiPackets packets, int packetBytes, byte[] transfer) {
    ByteBuffer expected = ByteBuffer.allocate(transfer.length);
    boolean broken = false;
    for (int i = 0; i < transfer.length; i++) {
      if (i % packetBytes >= STATUS_BYTES) {
        expected.put(transfer[i]);
      }
      broken |= i % packetBytes == 1 && (transfer[i] & BREAK_BIT) != 0;
    }
    ByteBuffer data = ByteBuffer.allocate(transfer.length + 1).put(transfer).flip();
    Line line = new Line();
    packets.unwrap(data, line);
    promise(data.equals(expected.flip()), "what was received is what is left");
    promise(
        broken || !line.conditions.contains(SerialLine.Condition.BREAK),
        "no break that was not sent");
    FtdiProtocol.modemLines(transfer.length == 0 ? 0 : transfer[0]);
  }

  /** Takes conditions only. */
  private static final class Line implements SerialLine {

    private final Set<Condition> conditions = EnumSet.noneOf(Condition.class);

    @Override
    public void condition(Condition condition) {
      promise(conditions.add(condition), "a transfer tells of a condition once");
    }

    @Override
    public boolean received(ByteBuffer data) {
      throw new AssertionError("bytes go by the receiver");
    }

    @Override
    public void onRoom(Runnable action) {}

    @Override
    public void sent(int bytes) {}

    @Override
    public void sendFailed(int bytes, IOException cause) {}
  }
}
