package org.bulkhead.device.block;

/**
 * The shape of a medium.
 *
 * @param blockSizeBytes bytes in a block, a power of two from 512 to 65,536
 * @param blockCount blocks on the medium, 1 or more
 */
public record BlockGeometry(int blockSizeBytes, long blockCount) {

  /**
   * Checks the ranges.
   *
   * @param blockSizeBytes bytes in a block
   * @param blockCount blocks on the medium
   */
  public BlockGeometry {
    if (Integer.bitCount(blockSizeBytes) != 1 || blockSizeBytes < 512 || blockSizeBytes > 65_536) {
      throw new IllegalArgumentException("block size of " + blockSizeBytes + " bytes");
    }
    if (blockCount < 1 || blockCount > Long.MAX_VALUE / blockSizeBytes) {
      throw new IllegalArgumentException("block count of " + blockCount);
    }
  }

  /**
   * The size of the medium.
   *
   * @return bytes
   */
  public long sizeBytes() {
    return blockCount * blockSizeBytes;
  }
}
