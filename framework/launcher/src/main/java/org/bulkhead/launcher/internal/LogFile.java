package org.bulkhead.launcher.internal;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.logging.Handler;
import java.util.logging.LogRecord;

/**
 * The gateway's log, a file that is always found under the same name: when it has grown to its
 * limit it becomes {@code .1}, what was {@code .1} becomes {@code .2}, and so on. (The JDK's
 * FileHandler writes to a numbered name.) A log that cannot be written, on a full disk say, is
 * reported once and never stops the gateway.
 */
final class LogFile extends Handler {

  private final Path file;
  private final long limitBytes;
  private final int keep;
  private OutputStream out;
  private long size;
  private boolean failed;

  LogFile(Path file, long limitBytes, int keep) {
    this.file = file;
    this.limitBytes = limitBytes;
    this.keep = keep;
    setFormatter(new LogFormat());
  }

  @Override
  public synchronized void publish(LogRecord entry) {
    if (!isLoggable(entry)) {
      return;
    }
    try {
      byte[] line = getFormatter().format(entry).getBytes(StandardCharsets.UTF_8);
      if (out != null && size + line.length > limitBytes) {
        rotate();
      }
      if (out == null) {
        out = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        size = Files.size(file);
      }
      out.write(line);
      size += line.length;
      failed = false;
    } catch (IOException e) {
      if (!failed) {
        System.err.println("bulkhead: cannot write the log " + file + ": " + e.getMessage());
      }
      failed = true;
    }
  }

  private void rotate() throws IOException {
    close();
    for (int i = keep; i > 0; i--) {
      Path from = i == 1 ? file : numbered(i - 1);
      if (Files.exists(from)) {
        Files.move(from, numbered(i), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  private Path numbered(int i) {
    return file.resolveSibling(file.getFileName() + "." + i);
  }

  @Override
  public void flush() {
    // Every entry was handed to the system when it was published.
  }

  /** Closes the file; a later entry opens it again. */
  @Override
  public synchronized void close() {
    if (out != null) {
      try {
        out.close();
      } catch (IOException e) {
        // Nothing was buffered here, so nothing is lost.
      }
      out = null;
    }
  }
}
