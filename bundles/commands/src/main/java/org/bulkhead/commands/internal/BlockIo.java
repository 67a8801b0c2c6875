package org.bulkhead.commands.internal;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.function.LongConsumer;
import org.bulkhead.console.CommandFailure;
import org.bulkhead.device.block.BlockDevice;
import org.bulkhead.device.block.BlockGeometry;

/**
 * Moves ranges of blocks in pieces. An interrupt ends it between two pieces; the progress is told
 * the bytes of each.
 */
record BlockIo(BlockDevice device, int blockSizeBytes, long from, long count) {

  /** A multiple of every block size, and small enough for Ctrl-C and the progress bar. */
  private static final int PIECE_BYTES = 128 * 1024;

  /**
   * A range of a device.
   *
   * @param from the first block, from 0
   * @param count how many blocks, -1 for all that follow
   */
  static BlockIo range(BlockDevice device, String id, long from, long count) throws IOException {
    BlockGeometry geometry = device.geometry();
    long rest = geometry.blockCount() - from;
    if (rest < 0 || count > rest || count < 0 && rest == 0) {
      throw new CommandFailure(
          "blocks "
              + from
              + (count > 0 ? " to " + (from + count - 1) : " on")
              + " are not on "
              + id
              + ": it has "
              + geometry.blockCount()
              + " blocks, from 0 on");
    }
    return new BlockIo(device, geometry.blockSizeBytes(), from, count < 0 ? rest : count);
  }

  long bytes() {
    return count * blockSizeBytes;
  }

  void hash(MessageDigest digest, LongConsumer progress) throws IOException, InterruptedException {
    read(piece -> digest.update(piece), progress);
  }

  void copyTo(OutputStream out, LongConsumer progress) throws IOException, InterruptedException {
    read(piece -> out.write(piece.array(), 0, piece.limit()), progress);
  }

  private interface Sink {
    void take(ByteBuffer piece) throws IOException;
  }

  private void read(Sink sink, LongConsumer progress) throws IOException, InterruptedException {
    ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);
    for (long left = bytes(); left > 0; left -= piece.limit()) {
      endIfInterrupted();
      piece.clear().limit((int) Math.min(left, PIECE_BYTES));
      device.read(from + (bytes() - left) / blockSizeBytes, piece);
      piece.flip();
      sink.take(piece);
      progress.accept(piece.limit());
    }
  }

  /** Writes the range; behind the end of the source come zeros. Flushes at the end. */
  void copyFrom(InputStream source, LongConsumer progress)
      throws IOException, InterruptedException {
    ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);
    for (long left = bytes(); left > 0; left -= piece.limit()) {
      endIfInterrupted();
      piece.clear().limit((int) Math.min(left, PIECE_BYTES));
      int got = source.readNBytes(piece.array(), 0, piece.limit());
      if (got < piece.limit() - blockSizeBytes) {
        throw new EOFException("the source became shorter while it was read");
      }
      Arrays.fill(piece.array(), got, piece.limit(), (byte) 0);
      device.write(from + (bytes() - left) / blockSizeBytes, piece);
      progress.accept(piece.limit());
    }
    device.flush();
  }

  private static void endIfInterrupted() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }
}
