package org.bulkhead.driver.massstorage.internal;

import static org.bulkhead.fuzz.Target.promise;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.Function;
import org.bulkhead.device.block.BlockGeometry;
import org.bulkhead.fuzz.Target;

/** The answers that {@link Scsi}, {@link Sense} and {@link Csw} read; each reads every input. */
public final class ScsiTarget implements Target {

  private static final int SENSE_BYTES = 64;
  private static final int NAME_CHARACTERS = 8 + 1 + 16 + 1 + 4;

  @Override
  public int longestBytes() {
    return 300;
  }

  @Override
  public void read(byte[] input) {
    ByteBuffer answer = ByteBuffer.allocate(input.length + 2);
    answer.position(2).put(input).position(2);
    inquiry(answer);
    capacity(answer, 8, Scsi::capacity10);
    capacity(answer, 12, Scsi::capacity16);
    sense(answer, input);
    status(input);
    promise(answer.position() == 2, "the answer is left as it is");
  }

  private static void inquiry(ByteBuffer answer) {
    Scsi.Inquiry inquiry = Scsi.Inquiry.parse(answer);
    promise(inquiry.qualifier() >= 0 && inquiry.qualifier() <= 7, "a qualifier has three bits");
    promise(inquiry.type() >= 0 && inquiry.type() <= 31, "a type has five bits");
    promise(inquiry.name().length() <= NAME_CHARACTERS, "a name is short");
    promise(inquiry.name().chars().allMatch(c -> c >= ' ' && c <= '~'), "a name can be printed");
    promise(inquiry.name().equals(inquiry.name().strip()), "a name has no blanks around it");
  }

  private static void capacity(
      ByteBuffer answer, int needed, Function<ByteBuffer, BlockGeometry> parser) {
    try {
      BlockGeometry geometry = parser.apply(answer);
      promise(answer.remaining() >= needed, "an answer that is cut short is refused");
      if (geometry != null) {
        ByteBuffer data = answer.slice();
        boolean small = needed == 8;
        long last = small ? data.getInt(0) & 0xffff_ffffL : data.getLong(0);
        promise(geometry.blockCount() == last + 1, "the count is one more than the last block");
        promise(geometry.blockSizeBytes() == data.getInt(small ? 4 : 8), "the size is as sent");
        promise(geometry.sizeBytes() > 0, "the size in bytes is a number");
      }
    } catch (IllegalArgumentException refused) {
      promise(!refused.getMessage().isBlank(), "it is said what is refused");
    }
  }

  private static void sense(ByteBuffer answer, byte[] input) {
    Sense sense = Sense.parse(answer);
    promise(sense.key() >= 0 && sense.key() <= 15, "a key has four bits");
    promise(sense.code() >= 0 && sense.code() <= 255, "a code has a byte");
    promise(sense.qualifier() >= 0 && sense.qualifier() <= 255, "a qualifier has a byte");
    promise(!sense.toString().isBlank(), "each sense has words");
    promise(!sense.isPassing() || !sense.isBecomingReady(), "it waits or sends again, not both");
    Sense padded =
        Sense.parse(ByteBuffer.wrap(Arrays.copyOf(input, Math.max(input.length, SENSE_BYTES))));
    promise(sense.equals(padded), "what is cut off counts as 0");
  }

  private static void status(byte[] input) {
    ByteBuffer csw = ByteBuffer.wrap(input).order(ByteOrder.LITTLE_ENDIAN);
    // Takes its tag from the input, as a device that answers does.
    int tag = input.length >= 8 ? csw.getInt(4) : 1;
    int length = input.length >= 12 ? csw.getInt(8) >>> 1 : 0;
    for (int lengthBytes : new int[] {0, 512, length, BulkOnlyTransport.MAX_DATA_BYTES, -1}) {
      String defect = Csw.defect(csw, tag, lengthBytes);
      if (defect == null) {
        promise(input.length == Csw.LENGTH_BYTES, "a status has 13 bytes");
        promise(csw.getInt(0) == Csw.SIGNATURE, "a status has its signature");
        promise(Csw.status(csw) <= Csw.FAILED, "a status says passed or failed");
        promise(
            Integer.compareUnsigned(Csw.residueBytes(csw), lengthBytes) <= 0,
            "no more is left than was asked for");
        promise(Csw.defect(csw, tag + 1, lengthBytes) != null, "another command's is refused");
      } else {
        promise(!defect.isBlank(), "it is said what is wrong");
      }
    }
  }
}
