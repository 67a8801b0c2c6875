package org.bulkhead.console.internal;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.bulkhead.launcher.admin.Frame;
import org.bulkhead.launcher.admin.FrameChannel;

/**
 * Hands the output of commands to the one thread that writes to the socket.
 *
 * <p>Commands are interrupted to cancel them, and an interrupted thread inside a socket channel
 * would close the connection. So they only wait here, while the client is slow.
 */
final class FrameQueue implements Runnable {

  private static final int CHUNK = 8192;
  private static final int CAPACITY = 32;

  private final FrameChannel channel;
  private final BlockingQueue<Frame> frames = new ArrayBlockingQueue<>(CAPACITY);
  private volatile boolean broken;

  FrameQueue(FrameChannel channel) {
    this.channel = channel;
  }

  /** Sends until an EXIT frame is through or the connection fails. */
  @Override
  public void run() {
    try {
      Frame frame;
      do {
        frame = frames.take();
        channel.send(frame);
      } while (frame.type() != Frame.Type.EXIT);
    } catch (IOException | InterruptedException e) {
      // The client is gone, or the console stops.
    } finally {
      broken = true;
    }
  }

  /** Waits for room; fails once nobody sends any more. */
  void put(Frame frame) throws IOException {
    try {
      while (!broken) {
        if (frames.offer(frame, 100, TimeUnit.MILLISECONDS)) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("cancelled");
    }
    throw new IOException("the client has gone");
  }

  /** A stream whose bytes become frames of the given type. */
  OutputStream stream(Frame.Type type) {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        put(new Frame(type, new byte[] {(byte) b}));
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        for (int from = offset; from < offset + length; from += CHUNK) {
          int to = Math.min(from + CHUNK, offset + length);
          put(new Frame(type, Arrays.copyOfRange(bytes, from, to)));
        }
      }
    };
  }
}
