package org.bulkhead.launcher.admin;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Opens both ends of the administration socket.
 *
 * <p>Two things are done here with care. Nobody but the owner may connect, not even between bind
 * and chmod: so the socket's folder must be closed to others before the socket exists, and this is
 * checked. And a socket address holds about 107 bytes, less than many paths: a longer one is
 * reached through a short-lived symbolic link to its folder.
 */
public final class AdminSocket {

  private static final int MAX_ADDRESS_BYTES = 100;

  private AdminSocket() {}

  /**
   * Binds the listening socket, in place of one that a killed process left behind.
   *
   * @param socket the path; its folder must exist and be accessible to the owner only
   * @return the bound socket, in blocking mode; the socket's file has mode 0600
   * @throws IOException if it cannot be bound, or if the folder is open to others
   */
  public static ServerSocketChannel listen(Path socket) throws IOException {
    String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(socket.getParent()));
    if (!mode.endsWith("------")) {
      throw new IOException(
          socket.getParent()
              + " is open to others ("
              + mode
              + "): chmod 700 "
              + socket.getParent());
    }
    Files.deleteIfExists(socket);
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      withAddress(socket, server::bind);
      Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
      return server;
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  /**
   * Connects to a running gateway.
   *
   * @param socket the path of its socket
   * @return the connected socket, in blocking mode
   * @throws IOException if nobody listens there or access is denied
   */
  public static SocketChannel connect(Path socket) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      withAddress(socket, channel::connect);
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static void withAddress(Path socket, AddressAction action) throws IOException {
    if (socket.toString().getBytes(StandardCharsets.UTF_8).length <= MAX_ADDRESS_BYTES) {
      action.apply(UnixDomainSocketAddress.of(socket));
      return;
    }
    // Not java.io.tmpdir: the gateway's own lies under the path that is too long.
    Path folder = Files.createTempDirectory(Path.of("/tmp"), "bulkhead");
    Path link = folder.resolve("run");
    try {
      Files.createSymbolicLink(link, socket.toAbsolutePath().getParent());
      action.apply(UnixDomainSocketAddress.of(link.resolve(socket.getFileName())));
    } finally {
      Files.deleteIfExists(link);
      Files.delete(folder);
    }
  }

  @FunctionalInterface
  private interface AddressAction {
    Object apply(UnixDomainSocketAddress address) throws IOException;
  }
}
