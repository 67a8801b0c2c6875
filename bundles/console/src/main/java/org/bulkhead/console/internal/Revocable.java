package org.bulkhead.console.internal;

import java.io.IOException;
import java.io.OutputStream;

/** A way to an output that can be taken back: what is written after that goes nowhere. */
final class Revocable extends OutputStream {

  private final OutputStream target;
  private boolean revoked;

  Revocable(OutputStream target) {
    this.target = target;
  }

  /** When it returns, nothing is being written any more, and nothing will be. */
  synchronized void revoke() {
    revoked = true;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
    if (!revoked) {
      target.write(bytes, offset, length);
    }
  }

  @Override
  public synchronized void flush() throws IOException {
    if (!revoked) {
      target.flush();
    }
  }
}
