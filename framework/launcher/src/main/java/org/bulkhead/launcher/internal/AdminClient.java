package org.bulkhead.launcher.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import org.bulkhead.launcher.admin.AdminSocket;
import org.bulkhead.launcher.admin.Frame;
import org.bulkhead.launcher.admin.FrameChannel;
import org.bulkhead.launcher.admin.ProtocolException;
import org.bulkhead.launcher.admin.WindowSize;

/** The client's side of the administration protocol. */
final class AdminClient {

  private final FrameChannel channel;

  private AdminClient(FrameChannel channel) {
    this.channel = channel;
  }

  /** Executes one command line in the gateway; returns its exit status. */
  static int exec(Path socket, String commands) throws IOException {
    try (FrameChannel channel = connect(socket)) {
      channel.send(Frame.text(Frame.Type.EXEC, commands));
      return new AdminClient(channel).copyOutput();
    } catch (IllegalArgumentException e) {
      System.err.println("bulkhead: the command line is too long: " + e.getMessage());
      return ExitCode.USAGE;
    }
  }

  /** Runs a shell on the terminal, or on plain standard input; returns its exit status. */
  static int shell(Path socket) throws IOException {
    boolean terminal = System.console() != null;
    try (FrameChannel channel = connect(socket);
        RawTerminal raw = terminal ? RawTerminal.enter() : null) {
      AdminClient client = new AdminClient(channel);
      WindowSize size = terminal ? raw.size() : WindowSize.NONE;
      String type = System.getenv().getOrDefault("TERM", "dumb");
      channel.send(Frame.shell(size, type));
      if (terminal) {
        raw.onResize(now -> client.sendQuietly(new Frame(Frame.Type.SIZE, now.bytes())));
      }
      Thread typing = new Thread(client::copyInput, "standard input");
      typing.setDaemon(true);
      typing.start();
      return client.copyOutput();
    }
  }

  private static FrameChannel connect(Path socket) throws IOException {
    try {
      return new FrameChannel(AdminSocket.connect(socket));
    } catch (IOException e) {
      throw new IOException(
          "the gateway runs, but its socket "
              + socket
              + " does not answer ("
              + e.getMessage()
              + "): it is still starting or stopping; its log says more",
          e);
    }
  }

  private int copyOutput() throws IOException {
    for (Frame frame = channel.receive(); frame != null; frame = channel.receive()) {
      switch (frame.type()) {
        case STDOUT -> write(System.out, frame.payload());
        case STDERR -> write(System.err, frame.payload());
        case EXIT -> {
          return frame.exitStatus();
        }
        default -> throw new ProtocolException("the gateway sent " + frame.type());
      }
    }
    System.err.println("bulkhead: the gateway has ended");
    return ExitCode.FAILURE;
  }

  private static void write(PrintStream stream, byte[] bytes) {
    stream.write(bytes, 0, bytes.length);
    stream.flush();
  }

  private void copyInput() {
    try {
      InputStream in = System.in;
      byte[] buffer = new byte[4096];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        channel.send(new Frame(Frame.Type.STDIN, Arrays.copyOf(buffer, n)));
      }
      channel.send(new Frame(Frame.Type.STDIN, new byte[0]));
    } catch (IOException e) {
      // The session is over: the thread that copies the output says so.
    }
  }

  private void sendQuietly(Frame frame) {
    try {
      channel.send(frame);
    } catch (IOException e) {
      // As above.
    }
  }
}
