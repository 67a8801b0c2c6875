package org.bulkhead.device.usb.descriptor;

import static org.bulkhead.fuzz.Target.promise;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.bulkhead.fuzz.Target;

/** {@link DescriptorParser#parseString}. */
public final class StringTarget implements Target {

  /** No buffer starts at 0 for ever. */
  private static final int OFFSET = 3;

  @Override
  public void read(byte[] input) throws DescriptorException {
    ByteBuffer bytes = ByteBuffer.allocateDirect(OFFSET + input.length);
    bytes.position(OFFSET).put(input).position(OFFSET);
    boolean good =
        input.length >= 2
            && input[1] == 3
            && (input[0] & 0xff) >= 2
            && (input[0] & 0xff) <= input.length;
    String text;
    try {
      text = DescriptorParser.parseString(bytes.asReadOnlyBuffer());
    } catch (DescriptorException refused) {
      promise(!good, "a whole descriptor is read, not: " + refused.getMessage());
      return;
    }
    promise(good, "what is no whole string descriptor is refused");
    promise(text.length() <= (input[0] & 0xff) / 2 - 1, "no more characters than bytes for them");
    promise(text.indexOf(0) < 0, "the text ends before a NUL");
    promise(StandardCharsets.UTF_8.newEncoder().canEncode(text), "the text can be encoded");
    byte[] units = text.getBytes(StandardCharsets.UTF_16LE);
    ByteBuffer again = ByteBuffer.allocate(2 + units.length);
    again.put((byte) (2 + units.length)).put((byte) 3).put(units).flip();
    promise(text.equals(DescriptorParser.parseString(again)), "the text reads the same again");
  }
}
