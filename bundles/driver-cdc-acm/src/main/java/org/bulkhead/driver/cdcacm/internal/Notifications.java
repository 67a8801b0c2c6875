package org.bulkhead.driver.cdcacm.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Puts notifications together from the packets of an interrupt endpoint (CDC 1.2 section 6.3): one
 * may take several packets, or be exactly one, so that no short packet tells its end. Pure.
 *
 * <p>Which interface a notification names is not looked at: devices get it wrong, and the endpoint
 * is the interface's own.
 */
final class Notifications {

  /** What {@link #packet} returns for anything but a whole serial state. */
  static final int NONE = -1;

  private static final int HEADER_BYTES = 8;
  private static final int MAX_BYTES = 64;
  private static final int REQUEST_TYPE = 0xa1;
  private static final int SERIAL_STATE = 0x20;

  private final ByteBuffer pending = ByteBuffer.allocate(MAX_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private final int packetBytes;

  /**
   * A stream of packets.
   *
   * @param packetBytes the endpoint's largest packet
   */
  Notifications(int packetBytes) {
    this.packetBytes = packetBytes;
  }

  /**
   * Takes a packet.
   *
   * @param packet from position to limit
   * @return the bits of {@code SERIAL_STATE} that is whole with it (PSTN 1.2 table 31), else {@link
   *     #NONE}
   */
  int packet(ByteBuffer packet) {
    boolean last = packet.remaining() < packetBytes;
    int fits = Math.min(packet.remaining(), pending.remaining());
    pending.put(packet.slice().limit(fits));
    boolean whole = isWhole();
    int state = whole ? serialState() : NONE;
    if (last || whole || !pending.hasRemaining() || !isNotification()) {
      pending.clear();
    }
    return state;
  }

  /** Forgets a part of a notification: the rest of it will not come. */
  void reset() {
    pending.clear();
  }

  /** Whether it starts as one: else the next packet may. */
  private boolean isNotification() {
    return pending.position() == 0 || (pending.get(0) & 0xff) == REQUEST_TYPE;
  }

  private boolean isWhole() {
    return pending.position() >= HEADER_BYTES
        && pending.position() >= HEADER_BYTES + (pending.getShort(6) & 0xffff)
        && isNotification();
  }

  private int serialState() {
    return (pending.get(1) & 0xff) == SERIAL_STATE && (pending.getShort(6) & 0xffff) >= 2
        ? pending.getShort(HEADER_BYTES) & 0xffff
        : NONE;
  }
}
