package org.bulkhead.campaign.internal.worker;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * The line to the process that started this one: what is said on it outlives a death of the JVM.
 */
final class Link implements AutoCloseable {

  private final Socket socket;
  private final BufferedReader in;
  private final Writer out;

  Link(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    out =
        new BufferedWriter(
            new OutputStreamWriter(socket.getOutputStream(), StandardCharsets.UTF_8));
  }

  synchronized void say(String line) {
    try {
      out.write(line.replace('\n', ' '));
      out.write('\n');
      out.flush();
    } catch (IOException parentGone) {
      // Nobody counts any more; the end of the input ends this process.
    }
  }

  /** The next line, or null at the end. */
  String hear() throws IOException {
    return in.readLine();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
