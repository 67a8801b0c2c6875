package org.bulkhead.driver.repository.internal;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Where a repository's bytes come from. Blocks, within the deadline; may be called at once by many.
 */
interface Bytes {

  /**
   * Copies what is at an address.
   *
   * @param validator what the last answer was known by, or empty
   * @param limitBytes how much it may be
   * @param progress is told of further bytes
   * @return what this answer is known by, maybe an empty text; nothing if it is the same as the
   *     last
   * @throws FileNotFoundException if there is nothing
   * @throws IOException one line that says what is wrong
   */
  Optional<String> copy(
      URI from, String validator, long limitBytes, OutputStream to, LongConsumer progress)
      throws IOException;

  /**
   * The address that an index gives, made absolute.
   *
   * @throws IllegalArgumentException if it is not within the repository
   */
  URI within(URI index, URI given);

  /** Copies up to a limit. */
  static void copy(InputStream in, OutputStream out, long limitBytes, LongConsumer progress)
      throws IOException {
    byte[] buffer = new byte[16384];
    long left = limitBytes;
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      left -= n;
      if (left < 0) {
        throw new IOException("it is longer than " + limitBytes + " bytes");
      }
      out.write(buffer, 0, n);
      progress.accept(n);
    }
  }
}
