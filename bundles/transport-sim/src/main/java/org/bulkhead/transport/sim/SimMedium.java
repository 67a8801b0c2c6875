package org.bulkhead.transport.sim;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.bulkhead.device.block.BlockGeometry;

/**
 * What a simulated stick stores. Blocks that were never written cost no memory: they have the
 * content that the medium was made with. Thread-safe.
 */
public final class SimMedium {

  /** Makes up the bytes of blocks that were never written. */
  @FunctionalInterface
  public interface Content {

    /**
     * Fills a buffer.
     *
     * @param offsetBytes where on the medium, a multiple of 8
     * @param destination to be filled from its position to its limit, little-endian
     */
    void fill(long offsetBytes, ByteBuffer destination);
  }

  private final BlockGeometry geometry;
  private final Content content;
  private final Map<Long, byte[]> written = new HashMap<>();
  private final Set<Long> bad = new HashSet<>();
  private boolean writeProtected;

  /**
   * A medium of any content.
   *
   * @param geometry its shape
   * @param content what it holds before anything is written
   */
  public SimMedium(BlockGeometry geometry, Content content) {
    this.geometry = geometry;
    this.content = content;
  }

  /**
   * A medium of zeros.
   *
   * @param sizeBytes a multiple of 512
   * @return the medium, of blocks of 512 bytes
   */
  public static SimMedium blank(long sizeBytes) {
    return new SimMedium(
        new BlockGeometry(512, sizeBytes / 512), (offset, to) -> fill(to, 0, 0, false));
  }

  /**
   * A medium on which every eight bytes differ and are the same in each run.
   *
   * @param sizeBytes a multiple of 512
   * @param seed media of different seeds differ
   * @return the medium, of blocks of 512 bytes
   */
  public static SimMedium pattern(long sizeBytes, long seed) {
    return new SimMedium(
        new BlockGeometry(512, sizeBytes / 512), (offset, to) -> fill(to, offset, seed, true));
  }

  private static void fill(ByteBuffer to, long offset, long seed, boolean pattern) {
    long at = offset;
    while (to.remaining() >= Long.BYTES) {
      to.putLong(pattern ? mix(at + seed) : 0);
      at += Long.BYTES;
    }
    for (long rest = pattern ? mix(at + seed) : 0; to.hasRemaining(); rest >>>= Byte.SIZE) {
      to.put((byte) rest);
    }
  }

  /** The finalizer of SplitMix64: cheap, and no two inputs give the same output. */
  private static long mix(long value) {
    long z = value * 0x9e3779b97f4a7c15L;
    z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }

  /**
   * The medium's shape.
   *
   * @return the geometry
   */
  public BlockGeometry geometry() {
    return geometry;
  }

  /**
   * Reads bytes, past the device and its faults.
   *
   * @param offsetBytes where, a multiple of 8
   * @param destination filled from position to limit
   * @throws IndexOutOfBoundsException where that is not all on the medium
   */
  public synchronized void read(long offsetBytes, ByteBuffer destination) {
    check(offsetBytes, destination.remaining());
    ByteOrder order = destination.order();
    int end = destination.limit();
    destination.order(ByteOrder.LITTLE_ENDIAN);
    long at = offsetBytes;
    while (destination.position() < end) {
      long block = at / geometry.blockSizeBytes();
      int within = (int) (at % geometry.blockSizeBytes());
      int bytes = Math.min(end - destination.position(), geometry.blockSizeBytes() - within);
      byte[] stored = written.isEmpty() ? null : written.get(block);
      if (stored != null) {
        destination.put(stored, within, bytes);
      } else {
        content.fill(at, destination.limit(destination.position() + bytes));
        destination.limit(end);
      }
      at += bytes;
    }
    destination.order(order);
  }

  /**
   * Writes bytes, past the device, its write protection and its faults.
   *
   * @param offsetBytes where
   * @param source the bytes, from position to limit
   * @throws IndexOutOfBoundsException where that is not all on the medium
   */
  public synchronized void write(long offsetBytes, ByteBuffer source) {
    check(offsetBytes, source.remaining());
    long at = offsetBytes;
    while (source.hasRemaining()) {
      long block = at / geometry.blockSizeBytes();
      int within = (int) (at % geometry.blockSizeBytes());
      int bytes = Math.min(source.remaining(), geometry.blockSizeBytes() - within);
      source.get(stored(block), within, bytes);
      at += bytes;
    }
  }

  private byte[] stored(long block) {
    byte[] stored = written.get(block);
    if (stored == null) {
      stored = new byte[geometry.blockSizeBytes()];
      ByteBuffer fresh = ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN);
      content.fill(block * geometry.blockSizeBytes(), fresh);
      written.put(block, stored);
    }
    return stored;
  }

  private void check(long offsetBytes, int bytes) {
    if (offsetBytes < 0 || offsetBytes > geometry.sizeBytes() - bytes) {
      throw new IndexOutOfBoundsException(
          bytes + " bytes at " + offsetBytes + " of " + geometry.sizeBytes());
    }
  }

  /**
   * Sets the little switch on the card.
   *
   * @param value true to refuse writing
   */
  public synchronized void writeProtected(boolean value) {
    writeProtected = value;
  }

  /**
   * Whether writing is refused.
   *
   * @return true if so
   */
  public synchronized boolean writeProtected() {
    return writeProtected;
  }

  /**
   * Makes a block unreadable, or good again.
   *
   * @param block the block, from 0
   * @param value true for unreadable
   */
  public synchronized void bad(long block, boolean value) {
    if (value) {
      bad.add(block);
    } else {
      bad.remove(block);
    }
  }

  /**
   * Looks for an unreadable block.
   *
   * @param block the first block
   * @param count how many
   * @return true if one of them is
   */
  public synchronized boolean bad(long block, long count) {
    return bad.stream().anyMatch(b -> b >= block && b < block + count);
  }
}
