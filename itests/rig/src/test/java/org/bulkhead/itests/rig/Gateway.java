package org.bulkhead.itests.rig;

import static org.awaitility.Awaitility.await;

import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.core.ConditionTimeoutException;

/**
 * The distribution, unpacked in the guest by a user without rights who was given the USB devices by
 * a udev rule. What the tests know of the gateway's command line and its JSON is here.
 */
final class Gateway {

  static final String STORAGE_DRIVER = "mass-storage";
  static final String SERIAL_DRIVER = "ftdi";
  static final String ACM_DRIVER = "cdc-acm";
  static final String INPUT_DRIVER = "hid";
  static final String STORAGE_JAR = "org.bulkhead.driver.massstorage.jar";
  static final String SERIAL_JAR = "org.bulkhead.driver.ftdi.jar";
  static final String ACM_JAR = "org.bulkhead.driver.cdcacm.jar";
  static final String INPUT_JAR = "org.bulkhead.driver.hid.jar";
  static final String LIBUSB_JAR = "org.bulkhead.transport.libusb.jar";

  private static final String HOME = "/home/gateway/gateway";
  private static final String LOG = HOME + "/var/log/gateway.log";

  /** Starting a JVM takes seconds on an emulated processor, and a minute on a busy machine. */
  private static final Duration DEADLINE = Duration.ofMinutes(6);

  private static final Duration APPLICATION_DEADLINE = Duration.ofMinutes(15);

  /**
   * The second compiler costs an emulated processor more than it gives; and that processor may take
   * longer to stop than the 4 s after which a gateway is halted.
   */
  private static final String JAVA_OPTIONS =
      "'BULKHEAD_JAVA_OPTS=-XX:TieredStopAtLevel=1 -Dbulkhead.stop.seconds=60'";

  private static final Pattern LOG_ENTRY = Pattern.compile("(\\d{4}\\S+) (\\S+) +[A-Z]+ +(.*)");
  private static final Pattern RUNS =
      Pattern.compile("framework: .*@(.+):\\d+ runs, incarnation 1");

  private final Guest guest;

  private Gateway(Guest guest) {
    this.guest = guest;
  }

  /**
   * Unpacks the distribution, allows faults to be injected, and starts it. Where it is not built,
   * the test is skipped.
   */
  static Gateway installAndStart(Guest guest) throws IOException {
    return installAndStart(guest, Map.of());
  }

  /**
   * As {@link #installAndStart(Guest)}.
   *
   * @param etc files of settings by their names, with their content
   */
  static Gateway installAndStart(Guest guest, Map<String, String> etc) throws IOException {
    if (Distribution.archive().isEmpty()) {
      RigExtension.skip("the distribution is not built: mvn package -pl distribution -am");
    }
    Gateway gateway = install(guest, Distribution.archive().orElseThrow());
    etc.forEach((name, content) -> guest.run("echo '" + content + "' >" + HOME + "/etc/" + name));
    gateway.bulkhead("start").succeeded();
    return gateway;
  }

  private static Gateway install(Guest guest, Path archive) {
    guest.push(archive, "/tmp/gateway.tar.gz");
    guest.run(
        """
        set -e
        echo 'SUBSYSTEM=="usb", MODE="0660", GROUP="gateway"' >/etc/udev/rules.d/70-bulkhead.rules
        udevadm control --reload
        udevadm trigger --subsystem-match=usb
        udevadm settle --timeout=20
        mkdir -p HOME
        tar -xzf /tmp/gateway.tar.gz -C HOME --strip-components=1
        rm /tmp/gateway.tar.gz
        echo faultInjection=true >HOME/etc/org.bulkhead.framework.cfg
        chown -R gateway: HOME
        """
            .replace("HOME", HOME));
    return new Gateway(guest);
  }

  /** Runs {@code bin/bulkhead} as a user would. */
  ExecResult bulkhead(String arguments) {
    return guest.exec(bulkheadScript(arguments), DEADLINE);
  }

  /** Runs shell commands in the gateway, which must succeed, and returns what they print. */
  String exec(String commands) {
    return bulkhead("exec '" + commands + "'").succeeded().stdout();
  }

  /** Begins shell commands in the gateway. */
  CompletableFuture<ExecResult> begin(String commands) {
    return guest.start(bulkheadScript("exec '" + commands + "'"), DEADLINE);
  }

  /**
   * Begins an application: shell commands whose output goes to a file in the guest, where it can be
   * looked at while they run.
   */
  CompletableFuture<ExecResult> begin(String commands, String output) {
    return guest.start(
        bulkheadScript("exec '" + commands + "'") + " >" + output, APPLICATION_DEADLINE);
  }

  /** Whether its process is there. */
  boolean isRunning() {
    return guest.exec("kill -0 $(cat " + HOME + "/var/run/pid)").status() == 0;
  }

  /** Returns the gateway's process id. */
  int pid() {
    return Integer.parseInt(guest.run("cat " + HOME + "/var/run/pid"));
  }

  /** Returns how many lines of the log, which can be asked quickly, match a regular expression. */
  int logged(String regex) {
    return Integer.parseInt(guest.run("grep -cE '" + regex + "' " + LOG + " || true"));
  }

  /**
   * Waits until a regular expression matches that many lines of the log. What is planted breaks out
   * at a driver's next transfer, and a hang is one when its deadline is over: what a device did
   * after the planting may still be of before it.
   */
  void awaitLogged(String regex, int times) {
    try {
      await(times + " lines of the log with " + regex)
          .atMost(DEADLINE)
          .pollInterval(Duration.ofSeconds(1))
          .until(() -> logged(regex), count -> count == times);
    } catch (ConditionTimeoutException never) {
      throw new AssertionError(
          never.getMessage() + "\n" + guest.run("tail -n 30 " + LOG) + "\n" + exec("driver:list"),
          never);
    }
  }

  /** Empties the log of a gateway that does not run. */
  void emptyLog() {
    guest.run(": >" + LOG);
  }

  /**
   * Returns, by location, how long after the gateway was up a driver ran, less than nothing where
   * it ran before; nothing while the gateway is not up. From the log, which is of one start, since
   * a command's own JVM would take the processor from what is measured.
   */
  Map<String, Duration> attachedAfterUp() {
    Map<String, LocalDateTime> ran = new HashMap<>();
    LocalDateTime up = null;
    for (String line : guest.run("cat " + LOG).split("\n")) {
      Matcher entry = LOG_ENTRY.matcher(line);
      if (!entry.matches()) {
        continue;
      }
      LocalDateTime time = LocalDateTime.parse(entry.group(1) + "T" + entry.group(2));
      Matcher runs = RUNS.matcher(entry.group(3));
      if (entry.group(3).startsWith("launcher: up")) {
        up = time;
      } else if (runs.matches()) {
        ran.putIfAbsent(runs.group(1), time);
      }
    }
    Map<String, Duration> attached = new HashMap<>();
    if (up != null) {
      for (Map.Entry<String, LocalDateTime> each : ran.entrySet()) {
        attached.put(each.getKey(), Duration.between(up, each.getValue()));
      }
    }
    return attached;
  }

  /** Returns how long the last stop took by the gateway's own log. */
  Duration stopTook() {
    LocalDateTime stopping = null;
    LocalDateTime stopped = null;
    for (String line : guest.run("cat " + LOG).split("\n")) {
      Matcher entry = LOG_ENTRY.matcher(line);
      if (entry.matches() && entry.group(3).startsWith("launcher: stopping")) {
        stopping = LocalDateTime.parse(entry.group(1) + "T" + entry.group(2));
      } else if (entry.matches() && entry.group(3).startsWith("launcher: stopped")) {
        stopped = LocalDateTime.parse(entry.group(1) + "T" + entry.group(2));
      }
    }
    if (stopping == null || stopped == null) {
      throw new AssertionError("the log does not say that the gateway stopped");
    }
    return Duration.between(stopping, stopped);
  }

  /** Returns the device at a port path as {@code device:list} has it. */
  Optional<JsonObject> device(UsbDevice device) {
    return row(devices(), device);
  }

  /** Returns the device at a port path from a list of them. */
  static Optional<JsonObject> row(JsonArray listed, UsbDevice device) {
    return listed.getValuesAs(JsonObject.class).stream()
        .filter(row -> row.getString("location").equals(device.path()))
        .findFirst();
  }

  /** Returns what {@code device:list} prints. */
  JsonArray devices() {
    return array(exec("device:list --json"));
  }

  /** Returns what {@code driver:faults} prints. */
  JsonArray faults() {
    return array(exec("driver:faults --json"));
  }

  /** Returns the version of a driver. */
  String driverVersion(String driver) {
    return array(exec("driver:list --json")).getValuesAs(JsonObject.class).stream()
        .filter(row -> row.getString("name").equals(driver))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no driver " + driver))
        .getString("version");
  }

  /** Waits until a driver serves the device, and returns the device. */
  JsonObject awaitServed(UsbDevice device) {
    return await("a driver for " + device)
        .atMost(DEADLINE)
        .pollInterval(Duration.ofSeconds(1))
        .until(() -> device(device).filter(Gateway::served), Optional::isPresent)
        .orElseThrow();
  }

  /** Returns the name of the driver that serves a device's first served interface. */
  static Optional<String> driver(JsonObject device) {
    return device.getJsonArray("interfaces").getValuesAs(JsonObject.class).stream()
        .filter(row -> !row.isNull("driver"))
        .map(row -> row.getString("driver"))
        .findFirst();
  }

  /** Whether a driver serves a device that is listed. */
  static boolean served(JsonObject device) {
    return device.getJsonArray("interfaces").getValuesAs(JsonObject.class).stream()
        .anyMatch(row -> !row.isNull("state") && row.getString("state").equals("running"));
  }

  /** Returns the hash in what {@code block:hash --json} printed. */
  static String hash(String json) {
    try (JsonReader reader = Json.createReader(new StringReader(json))) {
      return reader.readObject().getString("hash");
    }
  }

  /** Replaces a driver by another version of itself, and waits until that is said to run. */
  void swap(String jar, String version, Path folder) throws IOException, InterruptedException {
    replace(jar, version, Distribution.withVersion(jar, version, folder));
  }

  /** As {@link #swap}, where the other version is made already. */
  void replace(String jar, String version, Path other) {
    deploy(other, jar);
    awaitLogged(jar + " updated: .* to " + version, 1);
  }

  /** Puts a jar into {@code deploy/} as the documentation says: written elsewhere, renamed in. */
  void deploy(Path jar, String name) {
    guest.push(jar, HOME + "/var/" + name);
    guest.run("cd " + HOME + " && chown gateway: var/" + name + " && mv var/" + name + " deploy/");
  }

  /** What must not grow: counted in the guest's kernel. */
  record Footprint(int threads, int files, int claims, int residentKib) {}

  /** Counts what the gateway's process holds; claims are interfaces that usbfs has for it. */
  Footprint footprint() {
    String[] counts =
        guest
            .run(
                """
                p=/proc/PID
                ls $p/task | wc -l
                ls $p/fd | wc -l
                ls -l /sys/bus/usb/devices/*/driver | grep -c '/usbfs$'
                sed -n 's/^VmRSS:[[:space:]]*\\([0-9]*\\).*/\\1/p' $p/status
                """
                    .replace("PID", Integer.toString(pid())))
            .split("\n");
    return new Footprint(
        Integer.parseInt(counts[0]),
        Integer.parseInt(counts[1]),
        Integer.parseInt(counts[2]),
        Integer.parseInt(counts[3]));
  }

  private static JsonArray array(String json) {
    try (JsonReader reader = Json.createReader(new StringReader(json))) {
      return reader.readArray();
    }
  }

  private static String bulkheadScript(String arguments) {
    return "cd "
        + HOME
        + " && runuser -u gateway -- env "
        + JAVA_OPTIONS
        + " bin/bulkhead "
        + arguments;
  }
}
