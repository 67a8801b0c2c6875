package org.bulkhead.itests.rig;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One running guest with emulated devices. The script {@code rig} knows QEMU's command line; this
 * starts it, waits for the guest and ends it, with the JVM at the latest.
 */
final class Rig implements AutoCloseable {

  private static final Path SCRIPT = Path.of("rig").toAbsolutePath();
  private static final Duration BOOT_DEADLINE = Duration.ofSeconds(180);
  private static final Pattern AGENT_PORT =
      Pattern.compile("TCP\\[HOST_FORWARD]\\s+\\d+\\s+127\\.0\\.0\\.1\\s+(\\d+)");

  private final Path directory;
  private final Process qemu;
  private final Thread atExit;
  private final Duration bootTime;
  private final Monitor monitor;
  private final Guest guest;

  private Rig(Path directory, Process qemu, Thread atExit, Duration bootTime) throws IOException {
    this.directory = directory;
    this.qemu = qemu;
    this.atExit = atExit;
    this.bootTime = bootTime;
    this.monitor = new Monitor(directory.resolve("qmp.sock"));
    this.guest = new Guest(agentPort());
  }

  /** Returns what keeps the rig from starting, and the command that provides it. */
  static Optional<String> missing() {
    try {
      Process check = new ProcessBuilder(SCRIPT.toString(), "check").start();
      String reason = new String(check.getErrorStream().readAllBytes()).strip();
      return check.waitFor() == 0 ? Optional.empty() : Optional.of(reason);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Boots a guest with these devices and returns when it is ready. */
  static Rig start(List<UsbDevice> devices) throws IOException, InterruptedException {
    // Relative: the path of a Unix socket may have 107 bytes at most.
    Path directory = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "rig-");
    List<String> command = new ArrayList<>(List.of(SCRIPT.toString(), "run"));
    command.add(directory.toAbsolutePath().toString());
    devices.forEach(device -> command.add(device.name()));
    long begin = System.nanoTime();
    Process qemu =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("qemu.log").toFile())
            .start();
    Thread atExit = new Thread(qemu::destroyForcibly, "rig-at-exit");
    Runtime.getRuntime().addShutdownHook(atExit);
    try {
      awaitReady(directory, qemu);
      return new Rig(directory, qemu, atExit, Duration.ofNanos(System.nanoTime() - begin));
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      end(qemu, atExit);
      throw e;
    }
  }

  /** Returns how long the guest took from QEMU's start to being ready. */
  Duration bootTime() {
    return bootTime;
  }

  Guest guest() {
    return guest;
  }

  Monitor monitor() {
    return monitor;
  }

  /** Returns the file with what is on a storage device, as the guest has written it. */
  Path disk(UsbDevice device) {
    return directory.resolve(device.name() + ".img");
  }

  /** Returns the file with what a device was sent and answered, where the table asks for one. */
  Path capture(UsbDevice device) {
    return directory.resolve(device.name() + ".pcap");
  }

  /** Returns what QEMU has said of itself. */
  String log() throws IOException {
    return text(directory.resolve("qemu.log"));
  }

  /** Connects to a serial device's far end, which plugs the device in. */
  SerialPeer connect(UsbDevice device) throws IOException {
    return new SerialPeer(directory.resolve(device.name() + ".sock"));
  }

  /** Takes a device out of its port; returns when QEMU has, not when the guest knows. */
  void unplug(UsbDevice device) {
    monitor.deviceDel(device.name());
  }

  /** Puts a device back into its port; not for {@code uas} and {@code bot}, see the README. */
  void plug(UsbDevice device) {
    device
        .parts()
        .forEach(
            part ->
                monitor.deviceAdd(part.replace("{dir}", directory.toAbsolutePath().toString())));
  }

  /** Returns how many bytes have been read from a storage device since it was plugged in. */
  long bytesRead(UsbDevice device) {
    return monitor
        .execute("query-blockstats", JsonObject.EMPTY_JSON_OBJECT)
        .getJsonArray("return")
        .getValuesAs(JsonObject.class)
        .stream()
        .filter(
            row ->
                row.getString("qdev", "").startsWith("/machine/peripheral/" + device.name() + "/"))
        .mapToLong(row -> row.getJsonObject("stats").getJsonNumber("rd_bytes").longValue())
        .sum();
  }

  /** Limits how fast the stick can be read, so that a test has time to act; 0 is unlimited. */
  void limitStickRead(long bytesPerSecond) {
    monitor.execute(
        "qom-set",
        Json.createObjectBuilder()
            .add("path", "/objects/stick-limit")
            .add("property", "limits")
            .add("value", Json.createObjectBuilder().add("bps-read", bytesPerSecond))
            .build());
  }

  private int agentPort() {
    Matcher matcher = AGENT_PORT.matcher(monitor.human("info usernet"));
    if (!matcher.find()) {
      throw new IllegalStateException("QEMU forwards no port: " + monitor.human("info usernet"));
    }
    return Integer.parseInt(matcher.group(1));
  }

  private static void awaitReady(Path directory, Process qemu)
      throws IOException, InterruptedException {
    Path console = directory.resolve("console.log");
    long deadline = System.nanoTime() + BOOT_DEADLINE.toNanos();
    while (!contains(console, "RIG ready")) {
      if (qemu.waitFor(100, TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException("QEMU ended: " + text(directory.resolve("qemu.log")));
      }
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            "waited "
                + BOOT_DEADLINE
                + " for 'RIG ready' on the console, which says:\n"
                + text(console));
      }
    }
  }

  private static boolean contains(Path file, String text) throws IOException {
    return Files.exists(file) && text(file).contains(text);
  }

  private static String text(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    monitor.close();
    end(qemu, atExit);
    // The logs stay, the disks do not: they are large.
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".img")).toList()) {
        Files.delete(file);
      }
    }
  }

  private static void end(Process qemu, Thread atExit) {
    qemu.destroy();
    try {
      if (!qemu.waitFor(10, TimeUnit.SECONDS)) {
        qemu.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      qemu.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().removeShutdownHook(atExit);
  }
}
