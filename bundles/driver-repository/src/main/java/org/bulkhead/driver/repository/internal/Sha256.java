package org.bulkhead.driver.repository.internal;

import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Passes bytes on, and counts and digests them. */
final class Sha256 extends OutputStream {

  private final OutputStream to;
  private final MessageDigest digest;
  private long bytes;

  Sha256(OutputStream to) {
    this.to = to;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] from, int offset, int length) throws IOException {
    to.write(from, offset, length);
    digest.update(from, offset, length);
    bytes += length;
  }

  /** The digest; to be asked for once. */
  String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }

  long bytes() {
    return bytes;
  }
}
