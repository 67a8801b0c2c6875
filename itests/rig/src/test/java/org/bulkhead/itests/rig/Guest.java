package org.bulkhead.itests.rig;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;

/**
 * The guest's shell. Each script is a connection of its own to {@code guest/agent} (which describes
 * the frames), so any number may run at once, from any thread.
 */
final class Guest {

  static final Duration DEADLINE = Duration.ofSeconds(60);

  private static final Duration WAIT = Duration.ofMinutes(2);

  private static final int CHUNK_BYTES = 64 * 1024;

  private final int port;

  Guest(int port) {
    this.port = port;
  }

  /**
   * Waits until scripts can be run: the console says that the guest is ready before its network.
   */
  void awaitReachable() {
    Awaitility.await("the guest's agent")
        .atMost(DEADLINE)
        .ignoreExceptionsMatching(e -> true)
        .until(() -> exec("true", Duration.ofSeconds(10)).status() == 0);
  }

  /** Runs a bash script as root, within {@link #DEADLINE}. */
  ExecResult exec(String script) {
    return exec(script, DEADLINE);
  }

  /** Runs a bash script as root; when the deadline passes, the script is killed. */
  ExecResult exec(String script, Duration deadline) {
    return exec(script, InputStream.nullInputStream(), deadline);
  }

  /** Runs a script that must succeed and returns its output without the last line feed. */
  String run(String script) {
    return exec(script).succeeded().stdout().stripTrailing();
  }

  /** Begins a script; the future completes when it ends, and exceptionally at the deadline. */
  CompletableFuture<ExecResult> start(String script, Duration deadline) {
    CompletableFuture<ExecResult> result = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                result.complete(exec(script, deadline));
              } catch (RuntimeException | AssertionError e) {
                result.completeExceptionally(e);
              }
            },
            "guest-exec");
    thread.setDaemon(true);
    thread.start();
    return result;
  }

  /** Copies a file into the guest. */
  void push(Path file, String target) {
    try (InputStream content = Files.newInputStream(file)) {
      exec("cat > '" + target + "'", content, Duration.ofMinutes(2)).succeeded();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  /**
   * Waits until the guest's kernel has configured a device at the path, and udev is done with it.
   */
  void awaitPresent(UsbDevice device) {
    await("[ -e " + sysfs(device) + "/bConfigurationValue ]", device + " to appear");
    exec("udevadm settle --timeout=100", WAIT).succeeded();
  }

  /** Waits until the guest's kernel has let go of the path. */
  void awaitAbsent(UsbDevice device) {
    await("[ ! -e " + sysfs(device) + " ]", device + " to go");
  }

  /** Waits in the guest, 100 s at most, until a condition of bash's holds. */
  void await(String condition, String what) {
    String loop = "until " + condition + "; do [ $SECONDS -lt 100 ] || exit 1; sleep 0.1; done";
    if (exec(loop, WAIT).status() != 0) {
      throw new AssertionError(
          "waited in vain for " + what + "; dmesg ends\n" + run("dmesg | tail -n 15"));
    }
  }

  /** Returns the device's folder in sysfs. */
  static String sysfs(UsbDevice device) {
    return "/sys/bus/usb/devices/" + device.path();
  }

  private ExecResult exec(String script, InputStream stdin, Duration deadline) {
    long end = System.nanoTime() + deadline.toNanos();
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5000);
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      send(out, 's', script.getBytes(StandardCharsets.UTF_8));
      for (byte[] chunk = stdin.readNBytes(CHUNK_BYTES);
          chunk.length > 0;
          chunk = stdin.readNBytes(CHUNK_BYTES)) {
        send(out, 'i', chunk);
      }
      send(out, 'c', new byte[0]);
      return receive(socket, end);
    } catch (SocketTimeoutException e) {
      throw new AssertionError("not done within " + deadline + ": " + script, e);
    } catch (IOException e) {
      throw new UncheckedIOException("the guest's agent is gone at: " + script, e);
    }
  }

  private static void send(DataOutputStream out, char type, byte[] data) throws IOException {
    ByteArrayOutputStream frame = new ByteArrayOutputStream(data.length + 5);
    DataOutputStream fields = new DataOutputStream(frame);
    fields.writeByte(type);
    fields.writeInt(data.length);
    fields.write(data);
    frame.writeTo(out);
  }

  private static ExecResult receive(Socket socket, long end) throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    ByteArrayOutputStream stderr = new ByteArrayOutputStream();
    while (true) {
      long millis = (end - System.nanoTime()) / 1_000_000;
      if (millis <= 0) {
        throw new SocketTimeoutException();
      }
      socket.setSoTimeout((int) Math.min(millis, Integer.MAX_VALUE));
      char type = (char) in.readUnsignedByte();
      byte[] data = in.readNBytes(in.readInt());
      switch (type) {
        case 'o' -> stdout.writeBytes(data);
        case 'e' -> stderr.writeBytes(data);
        case 'x' -> {
          int status = Integer.parseInt(new String(data, StandardCharsets.US_ASCII));
          return new ExecResult(
              stdout.toString(StandardCharsets.UTF_8),
              stderr.toString(StandardCharsets.UTF_8),
              status);
        }
        default -> throw new IOException("unknown frame type " + type);
      }
    }
  }
}
