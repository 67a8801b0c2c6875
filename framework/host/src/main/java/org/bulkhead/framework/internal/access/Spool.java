package org.bulkhead.framework.internal.access;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Takes a driver's jar from a stream that somebody else wrote, which may be endless or never say
 * anything: so the framework's installation never reads from it.
 */
final class Spool {

  /** More than any driver's jar has. */
  static final long MAX_BYTES = 64L << 20;

  private static final int PIECE_BYTES = 64 << 10;

  private final Path folder;

  /** Empties the folder of what a former life left. */
  Spool(Path folder) {
    this.folder = folder;
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> old = Files.newDirectoryStream(folder, "*.jar")) {
        for (Path each : old) {
          Files.deleteIfExists(each);
        }
      } catch (IOException unreadable) {
        // The next jar will say so, with the driver that it was for.
      }
    }
  }

  /**
   * Copies to a file and closes the stream. Ends when its thread is interrupted, unless the stream
   * itself hangs.
   *
   * @return the file, the caller's to delete
   */
  Path copy(InputStream source) throws IOException {
    Path file = null;
    boolean whole = false;
    try (source) {
      file = Files.createTempFile(Files.createDirectories(folder), "driver", ".jar");
      try (OutputStream out = Files.newOutputStream(file)) {
        byte[] piece = new byte[PIECE_BYTES];
        long bytes = 0;
        for (int count = source.read(piece); count >= 0; count = source.read(piece)) {
          bytes += count;
          if (bytes > MAX_BYTES) {
            throw new IOException("the jar has more than " + (MAX_BYTES >> 20) + " MiB");
          }
          if (Thread.interrupted()) {
            throw new InterruptedIOException("the jar took too long");
          }
          out.write(piece, 0, count);
        }
      }
      whole = true;
    } finally {
      if (!whole && file != null) {
        Files.deleteIfExists(file);
      }
    }
    return file;
  }
}
