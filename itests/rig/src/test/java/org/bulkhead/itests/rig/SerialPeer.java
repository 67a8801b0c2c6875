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

  SerialPeer(Path socket) throws IOException {
    channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    channel.configureBlocking(false);
    selector = Selector.open();
    channel.register(selector, SelectionKey.OP_READ);
  }

  /** Sends text, one byte for each character, as far as QEMU takes it without waiting. */
  void write(String text) {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    try {
      channel.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (bytes.hasRemaining()) {
      throw new AssertionError("QEMU took all but " + bytes.remaining() + " bytes");
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
        selector) {
      // Closing both is all.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
