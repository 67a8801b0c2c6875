package org.bulkhead.itests.rig;

import static org.awaitility.Awaitility.await;

import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** QEMU's machine protocol (QMP): one command at a time. */
final class Monitor implements AutoCloseable {

  private static final Duration DEADLINE = Duration.ofMinutes(1);

  private final SocketChannel channel;
  private final BlockingQueue<JsonObject> answers = new LinkedBlockingQueue<>();

  /** Connects to QEMU's socket and ends the protocol's greeting. */
  Monitor(Path socket) throws IOException {
    channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    Thread reader = new Thread(this::read, "qmp-reader");
    reader.setDaemon(true);
    reader.start();
    execute("qmp_capabilities", JsonObject.EMPTY_JSON_OBJECT);
  }

  /** Runs one QMP command and returns its answer; an error of QEMU's fails the test. */
  synchronized JsonObject execute(String command, JsonObject arguments) {
    JsonObject request =
        Json.createObjectBuilder().add("execute", command).add("arguments", arguments).build();
    try {
      ByteBuffer bytes = StandardCharsets.UTF_8.encode(request + "\n");
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("QEMU's monitor is gone at " + request, e);
    }
    JsonObject answer = answer();
    if (answer == null || !answer.containsKey("return")) {
      throw new AssertionError("QEMU answered " + request + " with " + answer);
    }
    return answer;
  }

  /** Runs a line of the monitor for people and returns what it prints. */
  String human(String line) {
    return execute(
            "human-monitor-command", Json.createObjectBuilder().add("command-line", line).build())
        .getString("return")
        .replace("\r", "");
  }

  /** Adds a device, given as on QEMU's command line: {@code driver,property=value,...}. */
  void deviceAdd(String description) {
    JsonObjectBuilder arguments = Json.createObjectBuilder();
    String[] properties = description.split(",");
    arguments.add("driver", properties[0]);
    for (int i = 1; i < properties.length; i++) {
      int equals = properties[i].indexOf('=');
      arguments.add(properties[i].substring(0, equals), properties[i].substring(equals + 1));
    }
    JsonObject device = arguments.build();
    // What was in the port before may still hold the disk, for as long as a request is under way.
    await("QEMU to plug in '" + device.getString("id", "") + "'")
        .atMost(DEADLINE)
        .ignoreExceptionsMatching(e -> String.valueOf(e.getMessage()).contains("conflict"))
        .until(() -> execute("device_add", device) != null);
  }

  /**
   * Removes a device, which is out of its port when this returns. QEMU's event is no use: it comes
   * when nothing refers to the device any more, which a request under way may do for ever.
   */
  void deviceDel(String id) {
    execute("device_del", Json.createObjectBuilder().add("id", id).build());
    await("QEMU to remove '" + id + "'").atMost(DEADLINE).until(() -> !devices().contains(id));
  }

  private List<String> devices() {
    JsonObject path = Json.createObjectBuilder().add("path", "/machine/peripheral").build();
    return execute("qom-list", path).getJsonArray("return").getValuesAs(JsonObject.class).stream()
        .map(device -> device.getString("name"))
        .toList();
  }

  /**
   * Presses and releases keys together, named as QEMU does ({@code a}, {@code ret}, {@code shift}).
   */
  void sendKey(String... keys) {
    JsonArrayBuilder array = Json.createArrayBuilder();
    for (String key : keys) {
      array.add(Json.createObjectBuilder().add("type", "qcode").add("data", key));
    }
    execute("send-key", Json.createObjectBuilder().add("keys", array).build());
  }

  /** Moves the mouse by so many counts. */
  void moveMouse(int x, int y) {
    move("rel", x, y);
  }

  /** Points the tablet's pen at a place; its surface is 32,768 wide and high. */
  void moveTablet(int x, int y) {
    move("abs", x, y);
  }

  private void move(String type, int x, int y) {
    JsonArrayBuilder axes = Json.createArrayBuilder().add(axis(type, "x", x));
    axes.add(axis(type, "y", y));
    execute("input-send-event", Json.createObjectBuilder().add("events", axes).build());
  }

  private static JsonObjectBuilder axis(String type, String axis, int value) {
    return Json.createObjectBuilder()
        .add("type", type)
        .add("data", Json.createObjectBuilder().add("axis", axis).add("value", value));
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonObject message = Json.createReader(new StringReader(line)).readObject();
        if (!message.containsKey("event") && !message.containsKey("QMP")) {
          answers.add(message);
        }
      }
    } catch (IOException e) {
      // QEMU ended or the monitor was closed: whoever waits for an answer says so.
    }
  }

  private JsonObject answer() {
    try {
      return answers.poll(DEADLINE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for QEMU", e);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
