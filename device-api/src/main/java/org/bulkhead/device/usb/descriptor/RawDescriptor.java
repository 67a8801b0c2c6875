package org.bulkhead.device.usb.descriptor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** A descriptor that the parser does not interpret: class-specific, vendor-specific or newer. */
public final class RawDescriptor {

  private final byte[] bytes;

  RawDescriptor(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * The kind of descriptor.
   *
   * @return {@code bDescriptorType}, 0 to 255
   */
  public int type() {
    return bytes[1] & 0xff;
  }

  /**
   * The descriptor's size.
   *
   * @return {@code bLength}, 2 to 255 bytes
   */
  public int lengthBytes() {
    return bytes.length;
  }

  /**
   * The whole descriptor, its two header bytes included.
   *
   * @return a read-only, little-endian view
   */
  public ByteBuffer bytes() {
    return ByteBuffer.wrap(bytes).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RawDescriptor raw && Arrays.equals(bytes, raw.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return String.format("RawDescriptor[type=0x%02x, length=%d]", type(), bytes.length);
  }
}
