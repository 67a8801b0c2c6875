package org.bulkhead.commands.internal;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Reads a stream on a thread of its own, so that waiting for it can have an end. When nobody takes
 * the bytes it stops reading, and the flow control of the port does its work.
 */
final class SerialReader implements AutoCloseable {

  private static final int PIECE_BYTES = 4096;
  private static final int QUEUED_PIECES = 64;
  private static final long JOIN_MILLIS = 1000;
  private static final byte[] END = new byte[0];

  private final InputStream in;
  private final BlockingQueue<byte[]> pieces = new ArrayBlockingQueue<>(QUEUED_PIECES);
  private final Thread thread;
  private volatile IOException failure;
  private volatile boolean closed;

  SerialReader(InputStream in, String id) {
    this.in = in;
    thread = new Thread(this::work, "serial " + id);
    thread.setDaemon(true);
    thread.start();
  }

  private void work() {
    byte[] buffer = new byte[PIECE_BYTES];
    try {
      for (int n = in.read(buffer); n >= 0 && !closed; n = in.read(buffer)) {
        if (n > 0) {
          pieces.put(Arrays.copyOf(buffer, n));
        }
      }
      pieces.put(END);
    } catch (IOException e) {
      failure = e;
      pieces.offer(END);
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  /**
   * Waits for bytes.
   *
   * @return what came, or null where nothing came in time
   * @throws IOException where the port failed or ended
   */
  byte[] next(Duration timeout) throws IOException, InterruptedException {
    byte[] piece = pieces.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
    // Found again by the next call, and by the one after a full queue had no room for the end.
    if (piece == END || piece == null && failure != null) {
      pieces.offer(END);
      throw failure != null ? failure : new IOException("the port was closed");
    }
    return piece;
  }

  /** Closes the stream and ends the thread. */
  @Override
  public void close() {
    closed = true;
    // With the flag set the port could not be closed.
    boolean interrupted = Thread.interrupted();
    try {
      in.close();
    } catch (IOException e) {
      // The port is given up in any case, and what mattered of it was said by next().
    }
    thread.interrupt();
    try {
      thread.join(JOIN_MILLIS);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
