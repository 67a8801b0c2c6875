package org.bulkhead.campaign.internal.parent;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The process of a gateway under fire, and the line to it. */
final class Child implements AutoCloseable {

  private static final int START_MILLIS = 180_000;

  /** A process that says nothing for so long hangs: it speaks five times a second. */
  private static final int SILENCE_MILLIS = 30_000;

  private final Process process;
  private final Socket socket;
  private final BufferedReader in;
  private final Writer out;

  private Child(Process process, Socket socket) throws IOException {
    this.process = process;
    this.socket = socket;
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(SILENCE_MILLIS);
    in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    out =
        new BufferedWriter(
            new OutputStreamWriter(socket.getOutputStream(), StandardCharsets.UTF_8));
  }

  static Child start(Path home, Options options) throws IOException, InterruptedException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      server.setSoTimeout(START_MILLIS);
      ProcessBuilder command =
          new ProcessBuilder(home.resolve("bin/bulkhead").toString(), "run", "--no-shell");
      command.environment().put("BULKHEAD_VAR", home.resolve("var").toString());
      command
          .environment()
          .put(
              "BULKHEAD_JAVA_OPTS",
              "-Dcampaign.port=%d -Dcampaign.control=%b -Dcampaign.patience=%d"
                  .formatted(
                      server.getLocalPort(), options.control(), options.callDeadlineMillis() / 2));
      command.redirectInput(ProcessBuilder.Redirect.PIPE);
      command.redirectErrorStream(true);
      command.redirectOutput(
          ProcessBuilder.Redirect.appendTo(home.resolve("console.log").toFile()));
      Process process = command.start();
      try {
        return new Child(process, server.accept());
      } catch (SocketTimeoutException never) {
        process.destroyForcibly().waitFor();
        throw new IOException(
            "the gateway did not start; its log: " + home.resolve("var/log/gateway.log"), never);
      }
    }
  }

  /** The next line; null where the process has died. */
  String hear() throws SocketTimeoutException {
    try {
      return in.readLine();
    } catch (SocketTimeoutException silent) {
      throw silent;
    } catch (IOException died) {
      return null;
    }
  }

  void say(String line) {
    try {
      out.write(line);
      out.write('\n');
      out.flush();
    } catch (IOException died) {
      // The next hear() says so.
    }
  }

  /** What all of its threads do. */
  void dump(Path to) {
    try {
      new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
              Long.toString(process.pid()),
              "Thread.print")
          .redirectErrorStream(true)
          .redirectOutput(to.toFile())
          .start()
          .waitFor(20, TimeUnit.SECONDS);
    } catch (IOException noTool) {
      try {
        Files.writeString(to, noTool.toString());
      } catch (IOException full) {
        // Then there is none.
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      socket.close();
      process.waitFor();
    } catch (IOException closed) {
      // It is gone.
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
