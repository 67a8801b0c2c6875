package org.bulkhead.transport.sim.internal;

import java.nio.ByteBuffer;

/** A queue of bytes that grows up to a limit. Not thread-safe. */
public final class ByteQueue {

  private final int limit;
  private byte[] ring;
  private int first;
  private int size;

  /**
   * An empty queue.
   *
   * @param limit the most bytes that it holds
   */
  public ByteQueue(int limit) {
    this.limit = limit;
    ring = new byte[Math.min(limit, 256)];
  }

  /**
   * How much is in it.
   *
   * @return bytes
   */
  public int size() {
    return size;
  }

  /**
   * How much more it takes.
   *
   * @return bytes
   */
  public int room() {
    return limit - size;
  }

  /**
   * Takes bytes in.
   *
   * @param data the position advances by those taken
   * @return bytes taken
   */
  public int put(ByteBuffer data) {
    int bytes = Math.min(data.remaining(), room());
    grow(size + bytes);
    for (int i = 0; i < bytes; i++) {
      ring[(first + size++) % ring.length] = data.get();
    }
    return bytes;
  }

  /**
   * Gives bytes out.
   *
   * @param to the position advances by those given
   * @param most at most so many
   * @return bytes given
   */
  public int take(ByteBuffer to, int most) {
    int bytes = Math.min(Math.min(most, size), to.remaining());
    for (int i = 0; i < bytes; i++) {
      to.put(ring[first]);
      first = (first + 1) % ring.length;
    }
    size -= bytes;
    return bytes;
  }

  /** Drops everything. */
  public void clear() {
    size = 0;
  }

  private void grow(int needed) {
    if (needed > ring.length) {
      byte[] larger = new byte[(int) Math.min(limit, Math.max(needed, ring.length * 2L))];
      for (int i = 0; i < size; i++) {
        larger[i] = ring[(first + i) % ring.length];
      }
      ring = larger;
      first = 0;
    }
  }
}
