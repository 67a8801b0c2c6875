package org.bulkhead.launcher.admin;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;

/**
 * Sends and receives frames over a blocking channel.
 *
 * <p>One thread may receive while others send; each call blocks until its frame is through. Java's
 * channels close themselves when a thread inside them is interrupted, so only threads that nobody
 * interrupts may call here: on the server, commands hand their output to a queue instead.
 */
public final class FrameChannel implements Closeable {

  private static final int HEADER = 5;

  private final ReadableByteChannel in;
  private final WritableByteChannel out;
  private final Object sending = new Object();

  /**
   * Frames over a connected socket.
   *
   * @param socket in blocking mode; closed with this object
   */
  public FrameChannel(SocketChannel socket) {
    this(socket, socket);
  }

  FrameChannel(ReadableByteChannel in, WritableByteChannel out) {
    this.in = in;
    this.out = out;
  }

  /**
   * Waits for the next frame.
   *
   * @return the frame, or null when the peer has closed the connection between two frames
   * @throws ProtocolException if the type is unknown or the length too large; nothing of the
   *     payload was then read or allocated
   * @throws EOFException if the connection ended inside a frame
   * @throws IOException if the connection failed
   */
  public Frame receive() throws IOException {
    ByteBuffer header = ByteBuffer.allocate(HEADER);
    if (!fill(header)) {
      return null;
    }
    Frame.Type type = Frame.Type.of(header.get(0));
    int length = header.getInt(1);
    if (length < 0 || length > Frame.MAX_PAYLOAD) {
      throw new ProtocolException("a frame of " + Integer.toUnsignedString(length) + " bytes");
    }
    ByteBuffer payload = ByteBuffer.allocate(length);
    if (length > 0 && !fill(payload)) {
      throw new EOFException("the connection ended inside a frame");
    }
    return new Frame(type, payload.array());
  }

  private boolean fill(ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      if (in.read(buffer) < 0) {
        if (buffer.position() == 0) {
          return false;
        }
        throw new EOFException("the connection ended inside a frame");
      }
    }
    return true;
  }

  /**
   * Sends one frame and waits until the system has taken it.
   *
   * @param frame what to send
   * @throws IOException if the connection failed or the peer has closed it
   */
  public void send(Frame frame) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(HEADER + frame.payload().length);
    buffer.put((byte) frame.type().code()).putInt(frame.payload().length).put(frame.payload());
    buffer.flip();
    synchronized (sending) {
      while (buffer.hasRemaining()) {
        out.write(buffer);
      }
    }
  }

  @Override
  public void close() throws IOException {
    try (in;
        out) {
      // Both are the same socket in production and two pipes in tests.
    }
  }
}
