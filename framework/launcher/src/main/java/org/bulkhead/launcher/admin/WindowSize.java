package org.bulkhead.launcher.admin;

import java.nio.ByteBuffer;

/**
 * The size of a terminal window in characters.
 *
 * @param columns 0 to 65535; 0 means that there is no terminal
 * @param rows 0 to 65535
 */
public record WindowSize(int columns, int rows) {

  /** The size that stands for "not a terminal". */
  public static final WindowSize NONE = new WindowSize(0, 0);

  /**
   * Reads the first four bytes of a payload.
   *
   * @param payload of a {@link Frame.Type#SHELL} or {@link Frame.Type#SIZE} frame
   * @return the size
   * @throws ProtocolException if the payload is too short
   */
  public static WindowSize parse(byte[] payload) throws ProtocolException {
    if (payload.length < 4) {
      throw new ProtocolException("a window size of " + payload.length + " bytes");
    }
    ByteBuffer buffer = ByteBuffer.wrap(payload);
    return new WindowSize(buffer.getShort() & 0xffff, buffer.getShort() & 0xffff);
  }

  /**
   * The size as it is sent.
   *
   * @return four bytes
   */
  public byte[] bytes() {
    return ByteBuffer.allocate(4).putShort((short) columns).putShort((short) rows).array();
  }
}
