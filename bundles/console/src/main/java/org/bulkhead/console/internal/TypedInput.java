package org.bulkhead.console.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/** What a client types, from the thread that receives frames to the one that reads the input. */
final class TypedInput extends InputStream {

  private static final byte[] END = new byte[0];
  private static final int CAPACITY = 256;

  private final BlockingQueue<byte[]> chunks = new ArrayBlockingQueue<>(CAPACITY);
  private volatile boolean closed;
  private byte[] current = END;
  private int position;

  /** Adds bytes, or the end when there are none; waits while the reader is far behind. */
  void add(byte[] bytes) throws InterruptedException {
    while (!closed && !chunks.offer(bytes, 100, TimeUnit.MILLISECONDS)) {
      // The reader is busy; a closed one never comes back.
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public synchronized int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (position == current.length && !next()) {
      return -1;
    }
    int n = Math.min(length, current.length - position);
    System.arraycopy(current, position, bytes, offset, n);
    position += n;
    return n;
  }

  private boolean next() throws InterruptedIOException {
    try {
      byte[] chunk = null;
      while (chunk == null) {
        if (closed && chunks.isEmpty()) {
          return false;
        }
        chunk = chunks.poll(100, TimeUnit.MILLISECONDS);
      }
      if (chunk.length == 0) {
        closed = true;
        return false;
      }
      current = chunk;
      position = 0;
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    }
  }

  @Override
  public int available() {
    return current.length - position;
  }

  /** Ends the input, also for a reader that waits. */
  @Override
  public void close() {
    closed = true;
  }
}
