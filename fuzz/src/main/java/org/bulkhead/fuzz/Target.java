package org.bulkhead.fuzz;

/**
 * One reader of bytes from a device, with what its contract promises for any bytes at all.
 *
 * <p>Stands in the reader's package, as most readers are nobody else's business. Throws an {@link
 * AssertionError} where a promise is broken; a documented exception it catches itself, and any
 * other is a finding.
 */
public interface Target {

  /** Reads an input. It may change it. */
  void read(byte[] input) throws Exception;

  /** The longest input that is tried. */
  default int longestBytes() {
    return 4096;
  }

  /** Fails unless a promise is kept. */
  static void promise(boolean kept, String what) {
    if (!kept) {
      throw new AssertionError("broken promise: " + what);
    }
  }
}
