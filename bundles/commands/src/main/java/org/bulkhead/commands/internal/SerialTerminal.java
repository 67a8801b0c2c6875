package org.bulkhead.commands.internal;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.bulkhead.console.RawTerminal;
import org.bulkhead.device.contract.OutcomeUnknownException;
import org.osgi.service.serial.SerialDevice;

/** Joins a terminal and a serial port until Ctrl-] is typed. */
final class SerialTerminal {

  private static final int CTRL_BRACKET = 0x1d;
  private static final Duration KEY_WAIT = Duration.ofMillis(100);
  private static final Duration PORT_WAIT = Duration.ofMillis(200);
  private static final long JOIN_MILLIS = 1000;

  /**
   * What passed.
   *
   * @param port the port's id
   * @param sent bytes from the keyboard
   * @param received bytes to the screen
   */
  record Passed(String port, long sent, long received) {}

  private final SerialDevice port;
  private final String id;
  private final RawTerminal terminal;
  private long sent;
  private volatile long received;
  private volatile IOException failure;
  private volatile boolean over;

  SerialTerminal(SerialDevice port, String id, RawTerminal terminal) {
    this.port = port;
    this.id = id;
    this.terminal = terminal;
  }

  Passed run() throws IOException, InterruptedException {
    try (SerialReader reader = new SerialReader(port.getInputStream(), id);
        OutputStream out = port.getOutputStream()) {
      Thread screen = new Thread(() -> show(reader), "serial screen " + id);
      screen.setDaemon(true);
      screen.start();
      try {
        type(out);
      } finally {
        over = true;
        screen.join(JOIN_MILLIS);
      }
    }
    return new Passed(id, sent, received);
  }

  private void type(OutputStream out) throws IOException, InterruptedException {
    while (true) {
      if (failure != null) {
        throw failure;
      }
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      int key = terminal.read(KEY_WAIT);
      if (key == RawTerminal.END || key == CTRL_BRACKET) {
        return;
      }
      if (key != RawTerminal.NOTHING) {
        send(out, key);
      }
    }
  }

  /** A person sees what did not arrive, and types it again or not. */
  private void send(OutputStream out, int key) throws IOException {
    try {
      out.write(key);
      out.flush();
      sent++;
    } catch (OutcomeUnknownException e) {
      print(("\r\n[" + e.getMessage() + "]\r\n").getBytes(StandardCharsets.UTF_8));
    }
  }

  private void show(SerialReader reader) {
    try {
      while (!over) {
        byte[] bytes = reader.next(PORT_WAIT);
        if (bytes != null) {
          print(bytes);
          received += bytes.length;
        }
      }
    } catch (IOException e) {
      failure = e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void print(byte[] bytes) throws IOException {
    terminal.output().write(bytes);
    terminal.output().flush();
  }
}
