package org.bulkhead.transport.libusb;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The hand on the simulated bus. Devices are named by their port, {@code "1-1"}; endpoints by their
 * address. Each method returns when the simulator has done it. The commands and what a device does
 * are listed in src/test/c/README.md.
 */
public final class Simulator implements AutoCloseable {

  private final SocketChannel channel;

  Simulator(Path socket) throws IOException {
    channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(socket));
  }

  /** Unplugs everything. */
  void clear() {
    send("clear");
  }

  /** Plugs a widget in; returns its device number. Attributes are "name=value" or "denied". */
  public int plug(String port, String... attributes) {
    return Integer.parseInt(
        send("plug " + port + " " + String.join(" ", attributes)).split(" ")[1]);
  }

  void unplug(String port) {
    send("unplug " + port);
  }

  /** Transfers of the endpoint fail with EPIPE until its halt is cleared. */
  void stall(String port, int endpoint) {
    onEndpoint("stall", port, endpoint, "");
  }

  /** Transfers of the endpoint stay pending until {@link #resume}. */
  void hold(String port, int endpoint) {
    onEndpoint("hold", port, endpoint, "");
  }

  void resume(String port, int endpoint) {
    onEndpoint("resume", port, endpoint, "");
  }

  void delay(String port, int endpoint, int milliseconds) {
    onEndpoint("delay", port, endpoint, " " + milliseconds);
  }

  /** The next transfer moves this many bytes and ends well. */
  void shorten(String port, int endpoint, int bytes) {
    onEndpoint("short", port, endpoint, " " + bytes);
  }

  /** The next transfers fail with this errno, say "EPROTO", after some bytes have moved. */
  void fail(String port, int endpoint, String errno, int count, int bytesMoved) {
    onEndpoint("fail", port, endpoint, " " + errno + " " + count + " " + bytesMoved);
  }

  /** Gives an IN endpoint one packet to say. */
  void feed(String port, int endpoint, byte... packet) {
    onEndpoint("feed", port, endpoint, " " + HexFormat.of().formatHex(packet));
  }

  /** Binds a kernel driver to an interface; "none" unbinds. */
  void driver(String port, int interfaceNumber, String name) {
    send("driver " + port + " " + interfaceNumber + " " + name);
  }

  /** Whether a udevd tells of plugs and unplugs; at first one does. */
  void udevd(boolean running) {
    send("udevd " + (running ? "on" : "off"));
  }

  /** Opening the device's node is refused with EACCES. */
  void deny(String port) {
    send("deny " + port);
  }

  void allow(String port) {
    send("allow " + port);
  }

  /** The kernel's driver selects an alternate setting, and sysfs says so. */
  void alternate(String port, int interfaceNumber, int alternateSetting, String name) {
    send("alternate " + port + " " + interfaceNumber + " " + alternateSetting + " " + name);
  }

  /** The next requests of a name, say "claim" or "reset", are refused with this errno. */
  void failRequest(String port, String request, String errno, int count) {
    send("failrequest " + port + " " + request + " " + errno + " " + count);
  }

  /** What the kernel's side of the device looks like: opens, claims, pending and counters. */
  Map<String, String> show(String port) {
    Map<String, String> state = new LinkedHashMap<>();
    for (String pair : send("show " + port).split(" ")) {
      int equals = pair.indexOf('=');
      state.put(pair.substring(0, equals), pair.substring(equals + 1));
    }
    return state;
  }

  /** One number of {@link #show}. */
  long count(String port, String name) {
    return Long.parseLong(show(port).get(name));
  }

  private void onEndpoint(String verb, String port, int endpoint, String rest) {
    send(String.format("%s %s 0x%02x%s", verb, port, endpoint, rest));
  }

  private synchronized String send(String line) {
    try {
      ByteBuffer out = ByteBuffer.wrap((line.trim() + "\n").getBytes(StandardCharsets.UTF_8));
      while (out.hasRemaining()) {
        channel.write(out);
      }
      ByteBuffer in = ByteBuffer.allocate(4096);
      while (in.position() == 0 || in.get(in.position() - 1) != '\n') {
        if (channel.read(in) < 0) {
          throw new IllegalStateException("the simulator is gone");
        }
      }
      String answer = new String(in.array(), 0, in.position() - 1, StandardCharsets.UTF_8);
      if (!answer.startsWith("ok")) {
        throw new IllegalArgumentException("'" + line + "': " + answer);
      }
      return answer.substring(2).trim();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
