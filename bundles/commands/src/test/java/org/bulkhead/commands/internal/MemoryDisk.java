package org.bulkhead.commands.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import org.bulkhead.device.block.BlockDevice;
import org.bulkhead.device.block.BlockGeometry;

/** A block device in memory, filled with bytes that are the same each time. */
final class MemoryDisk implements BlockDevice {

  final byte[] bytes;
  boolean flushed;
  private final int blockSize;

  MemoryDisk(int blockSize, int blocks) {
    this.blockSize = blockSize;
    bytes = new byte[blockSize * blocks];
    new Random(1).nextBytes(bytes);
  }

  @Override
  public BlockGeometry geometry() {
    return new BlockGeometry(blockSize, bytes.length / blockSize);
  }

  @Override
  public void read(long block, ByteBuffer destination) throws IOException {
    destination.put(bytes, offset(block, destination), destination.remaining());
  }

  @Override
  public void write(long block, ByteBuffer source) throws IOException {
    source.get(bytes, offset(block, source), source.remaining());
    flushed = false;
  }

  private int offset(long block, ByteBuffer buffer) throws IOException {
    long offset = block * blockSize;
    if (buffer.remaining() % blockSize != 0 || offset + buffer.remaining() > bytes.length) {
      throw new IOException("not on the medium: " + block);
    }
    return (int) offset;
  }

  @Override
  public void flush() {
    flushed = true;
  }
}
