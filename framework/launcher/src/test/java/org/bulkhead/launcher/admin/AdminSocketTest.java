package org.bulkhead.launcher.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdminSocketTest {

  @TempDir Path folder;

  @Test
  void folderOpenToOthers_isRefused() throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));

    assertThatThrownBy(() -> AdminSocket.listen(folder.resolve("s")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("chmod 700");
    assertThat(folder.resolve("s")).doesNotExist();
  }

  @Test
  void socket_belongsToItsOwnerOnly() throws IOException {
    Path socket = closed(folder).resolve("s");

    try (ServerSocketChannel server = AdminSocket.listen(socket)) {
      assertThat(server.isOpen()).isTrue();
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void staleSocket_isReplaced() throws IOException {
    Path socket = closed(folder).resolve("s");
    AdminSocket.listen(socket).close();

    try (ServerSocketChannel server = AdminSocket.listen(socket);
        SocketChannel client = AdminSocket.connect(socket)) {
      assertThat(client.isConnected()).isTrue();
      assertThat(server.isOpen()).isTrue();
    }
  }

  @Test
  void pathLongerThanAnAddress_works() throws IOException {
    Path deep = Files.createDirectories(folder.resolve("a".repeat(90)).resolve("b".repeat(90)));
    Path socket = closed(deep).resolve("s");

    try (ServerSocketChannel server = AdminSocket.listen(socket);
        SocketChannel client = AdminSocket.connect(socket)) {
      assertThat(client.isConnected()).isTrue();
      assertThat(server.isOpen()).isTrue();
    }
    assertThat(socket).exists();
  }

  private static Path closed(Path folder) throws IOException {
    return Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
  }
}
