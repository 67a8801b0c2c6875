package org.bulkhead.itests.container;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.bulkhead.device.block.BlockDevice;
import org.bulkhead.device.block.BlockGeometry;
import org.bulkhead.transport.sim.SimMedium;

/** SHA-256 of all that a block device holds. */
final class Hash {

  private static final int PIECE_BYTES = 64 << 10;

  private Hash() {}

  /** Reads past device and driver. */
  static String of(SimMedium medium) {
    MessageDigest digest = sha256();
    ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);
    for (long at = 0; at < medium.geometry().sizeBytes(); at += PIECE_BYTES) {
      medium.read(at, piece.clear());
      digest.update(piece.flip());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Reads with nothing in the way. */
  static String of(BlockDevice device) throws Exception {
    return of(device, () -> {});
  }

  /**
   * Reads while something happens, in another thread: it begins after a quarter was read, and the
   * last quarter is read after it.
   */
  static String of(BlockDevice device, Background.Action event) throws Exception {
    MessageDigest digest = sha256();
    BlockGeometry geometry = device.geometry();
    ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);
    Background happening = null;
    long size = geometry.sizeBytes();
    for (long at = 0; at < size; at += PIECE_BYTES) {
      if (at == size / 4) {
        happening = Background.start(event);
      } else if (at == size / 4 * 3) {
        happening.await();
      }
      device.read(at / geometry.blockSizeBytes(), piece.clear());
      digest.update(piece.flip());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
