package org.bulkhead.itests.rig;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The far end of an emulated serial port. QEMU plugs the port in when this connects and unplugs it
 * when this is closed.
 */
final class SerialPeer implements AutoCloseable {

  private final SocketChannel channel;
  private final Selector selector;
  private final Selector writable;

  SerialPeer(Path socket) throws IOException {
    channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    channel.configureBlocking(false);
    selector = Selector.open();
    channel.register(selector, SelectionKey.OP_READ);
    writable = Selector.open();
    channel.register(writable, SelectionKey.OP_WRITE);
  }

  /** Sends text, one byte for each character, as fast as QEMU takes it; another thread may read. */
  void write(String text, Duration within) {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    long deadline = System.nanoTime() + within.toNanos();
    try {
      channel.write(bytes);
      while (bytes.hasRemaining()) {
        long millis = (deadline - System.nanoTime()) / 1_000_000;
        if (millis <= 0) {
          throw new AssertionError("QEMU took all but " + bytes.remaining() + " bytes");
        }
        writable.select(millis);
        writable.selectedKeys().clear();
        channel.write(bytes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for so many bytes and returns them. */
  String read(int lengthBytes, Duration within) {
    ByteBuffer bytes = ByteBuffer.allocate(lengthBytes);
    long deadline = System.nanoTime() + within.toNanos();
    try {
      while (bytes.hasRemaining()) {
        long millis = (deadline - System.nanoTime()) / 1_000_000;
        if (millis <= 0 || channel.read(bytes) < 0) {
          throw new AssertionError(
              "waited " + within + " for " + lengthBytes + " bytes, got: " + text(bytes));
        }
        if (bytes.hasRemaining()) {
          selector.select(millis);
          selector.selectedKeys().clear();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text(bytes);
  }

  private static String text(ByteBuffer bytes) {
    return new String(bytes.array(), 0, bytes.position(), StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() {
    try (channel;
        selector;
        writable) {
      // Closing them is all.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
