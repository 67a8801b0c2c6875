package org.bulkhead.campaign.internal.worker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.bulkhead.campaign.internal.worker.Deviation.Kind;
import org.bulkhead.device.block.BlockDevice;
import org.bulkhead.device.block.BlockGeometry;
import org.bulkhead.transport.sim.SimMedium;

/**
 * Reads, writes and flushes a stick, and compares with the medium itself, which no driver stands
 * before: a write that was acknowledged is there, and nothing else has changed.
 */
final class StorageLoad implements Load {

  private static final int BLOCK = 512;
  private static final int BLOCKS = 8;

  /** The part of the medium that is compared as a whole, to see writes that went elsewhere. */
  private static final int USED_BLOCKS = 256;

  private final BlockDevice device;
  private final SimMedium medium;
  private final Beside beside;
  private final SplittableRandom random = new SplittableRandom(1);
  private final ByteBuffer data = ByteBuffer.allocate(BLOCK * BLOCKS);
  private final ByteBuffer truth = ByteBuffer.allocate(BLOCK * BLOCKS);
  private final ByteBuffer whole = ByteBuffer.allocate(BLOCK * USED_BLOCKS);
  private final ByteBuffer expected = ByteBuffer.allocate(BLOCK * USED_BLOCKS);

  StorageLoad(BlockDevice device, SimMedium medium, Beside beside) {
    this.device = device;
    this.medium = medium;
    this.beside = beside;
    settle();
  }

  @Override
  public void round() throws Deviation {
    try {
      BlockGeometry geometry = device.geometry();
      long life = beside.life();
      if (geometry == null || geometry.blockCount() != medium.geometry().blockCount()) {
        throw Deviation.acknowledged(life, "the geometry is wrong");
      }
      beside.progress();
      read(random.nextInt(USED_BLOCKS - BLOCKS));
      long block = random.nextInt(USED_BLOCKS - BLOCKS);
      write(block);
      device.flush();
      beside.progress();
      read(block);
    } catch (IOException | RuntimeException | Error thrown) {
      throw Deviation.of(thrown);
    }
    medium.read(0, whole.clear());
    if (!whole.flip().equals(expected.clear())) {
      settle();
      throw new Deviation(Kind.WRONG, "a write went elsewhere");
    }
  }

  private void read(long block) throws IOException, Deviation {
    device.read(block, data.clear());
    long life = beside.life();
    medium.read(block * BLOCK, truth.clear());
    if (data.hasRemaining() || !data.flip().equals(truth.flip())) {
      throw Deviation.acknowledged(life, "a read brought wrong data");
    }
    beside.progress();
  }

  private void write(long block) throws IOException, Deviation {
    data.clear();
    while (data.hasRemaining()) {
      data.putLong(random.nextLong());
    }
    try {
      device.write(block, data.flip());
    } catch (IOException | RuntimeException failed) {
      // The blocks of the range may hold old or new data, and only they.
      medium.read(block * BLOCK, truth.clear());
      expected.put((int) block * BLOCK, truth.array(), 0, BLOCK * BLOCKS);
      throw failed;
    }
    long life = beside.life();
    expected.put((int) block * BLOCK, data.array(), 0, BLOCK * BLOCKS);
    medium.read(block * BLOCK, truth.clear());
    if (!truth.flip().equals(data.rewind())) {
      throw Deviation.acknowledged(life, "an acknowledged write is not on the medium");
    }
    beside.progress();
  }

  @Override
  public void settle() {
    medium.read(0, expected.clear());
  }

  @Override
  public void close() {}
}
