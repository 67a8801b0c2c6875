package org.bulkhead.itests.rig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.bulkhead.itests.rig.Gateway.Footprint;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The distribution with emulated devices on a real kernel, used as a person would use it. */
class GatewayRigIT {

  private static final int SECTOR_BYTES = 512;

  /**
   * At this rate the stick's 32 MiB take a minute: there is time to do harm, by a command whose JVM
   * takes 20 s to start where others use the machine. Raised again once the harm is done.
   */
  private static final long SLOW_BYTES_PER_SECOND = 512 << 10;

  private static final List<UsbDevice> DRIVEN =
      List.of(
          UsbDevice.STICK,
          UsbDevice.EHCI_STICK,
          UsbDevice.BOT,
          UsbDevice.FTDI,
          UsbDevice.BRAILLE,
          UsbDevice.KEYBOARD,
          UsbDevice.EHCI_KEYBOARD,
          UsbDevice.MOUSE,
          UsbDevice.HUB_MOUSE,
          UsbDevice.TABLET,
          UsbDevice.WACOM);

  /** The others are there while a peer is connected. */
  private static final List<UsbDevice> ALWAYS_DRIVEN =
      DRIVEN.stream().filter(device -> !device.needsPeer()).toList();

  @RegisterExtension static final RigExtension RIG = RigExtension.with(UsbDevice.all());

  private static Gateway gateway;

  private final Rig rig = RIG.rig();
  private final Guest guest = RIG.guest();

  @TempDir Path folder;

  @BeforeAll
  static void install() throws IOException {
    gateway =
        Gateway.installAndStart(
            RIG.guest(), Map.of("org.bulkhead.framework.driver-hid.cfg", "ladder = cycle-port"));
    // Once for all: without it every test would wait for the stick in vain.
    gateway.awaitServed(UsbDevice.STICK);
  }

  @BeforeEach
  void start() {
    // Asked of the kernel, since each command of the gateway's takes seconds on an emulated
    // processor.
    if (!gateway.isRunning()) {
      gateway.bulkhead("start").succeeded();
    }
    gateway.awaitServed(UsbDevice.STICK);
  }

  @AfterEach
  void readAtFullSpeed() {
    rig.limitStickRead(0);
  }

  @Test
  @SuppressWarnings("try") // the peers need only be there
  void deviceList_hasEveryDeviceWithItsNameAndDriver() throws Exception {
    try (SerialPeer ftdi = rig.connect(UsbDevice.FTDI);
        SerialPeer braille = rig.connect(UsbDevice.BRAILLE)) {
      guest.awaitPresent(UsbDevice.FTDI);
      guest.awaitPresent(UsbDevice.BRAILLE);
      JsonArray listed =
          await("every device, and a driver for each of " + DRIVEN)
              .atMost(Duration.ofMinutes(6))
              .pollInterval(Duration.ofSeconds(1))
              .until(gateway::devices, GatewayRigIT::isComplete);
      for (UsbDevice device : UsbDevice.all()) {
        JsonObject row = row(listed, device);
        assertThat(row.getString("vendorId") + ":" + row.getString("productId"))
            .as("%s", device)
            .isEqualTo(device.usbId());
        assertThat(row.getString("name")).as("%s", device).isNotBlank();
      }
      assertDriver(listed, UsbDevice.STICK, Gateway.STORAGE_DRIVER);
      assertDriver(listed, UsbDevice.EHCI_STICK, Gateway.STORAGE_DRIVER);
      assertDriver(listed, UsbDevice.BOT, Gateway.STORAGE_DRIVER);
      assertDriver(listed, UsbDevice.FTDI, Gateway.SERIAL_DRIVER);
      assertDriver(listed, UsbDevice.KEYBOARD, Gateway.INPUT_DRIVER);
      assertDriver(listed, UsbDevice.MOUSE, Gateway.INPUT_DRIVER);
      assertDriver(listed, UsbDevice.TABLET, Gateway.INPUT_DRIVER);
    }
  }

  @Test
  @SuppressWarnings("try") // the peers need only be there
  void everyDeviceWithADriver_isAttachedSoonAfterTheStart() throws Exception {
    guest.run("kill -KILL " + gateway.pid());
    gateway.emptyLog();
    try (SerialPeer ftdi = rig.connect(UsbDevice.FTDI);
        SerialPeer braille = rig.connect(UsbDevice.BRAILLE)) {
      guest.awaitPresent(UsbDevice.FTDI);
      guest.awaitPresent(UsbDevice.BRAILLE);
      long begin = System.nanoTime();
      gateway.bulkhead("start").succeeded();
      Duration start = Duration.ofNanos(System.nanoTime() - begin);

      Map<String, Duration> attached =
          await("a driver for each of " + DRIVEN)
              .atMost(Duration.ofMinutes(3))
              .pollInterval(Duration.ofSeconds(1))
              .until(
                  gateway::attachedAfterUp,
                  times -> DRIVEN.stream().allMatch(device -> times.containsKey(device.path())));

      Duration all = attached.values().stream().max(Comparator.naturalOrder()).orElseThrow();
      System.out.printf(
          "rig: %d of %d devices have a driver, the last %.1f s after the gateway was up, which took"
              + " %.1f s%n",
          DRIVEN.size(), UsbDevice.all().size(), all.toMillis() / 1e3, start.toMillis() / 1e3);
      // A ratio, since a busy machine makes both slow.
      assertThat(all).isLessThan(start.dividedBy(4));
    }
  }

  @Test
  void hash_isTheImages() throws Exception {
    assertThat(Gateway.hash(gateway.exec(hashOf(UsbDevice.STICK)))).isEqualTo(imageHash());
  }

  @Test
  void writtenPattern_isReadByTheGuestsKernelAfterTheDriverLetsGo() throws Exception {
    byte[] pattern = new byte[100 * SECTOR_BYTES];
    for (int i = 0; i < pattern.length; i++) {
      pattern[i] = (byte) (i * 31 ^ i >> 9);
    }
    guest.push(Files.write(folder.resolve("pattern"), pattern), "/tmp/pattern");

    gateway.exec("block:write --in /tmp/pattern --force " + UsbDevice.STICK.path() + " 1000");
    gateway.exec("driver:stop " + Gateway.STORAGE_DRIVER);

    String node = Guest.sysfs(UsbDevice.STICK) + "/*/host*/target*/*/block/*";
    guest.await("ls -d " + node, "the kernel's own driver on " + UsbDevice.STICK);
    guest.run(
        "dd if=/dev/$(basename "
            + node
            + ") bs=512 skip=1000 count=100 status=none"
            + " | cmp - /tmp/pattern");
    gateway.exec("driver:start " + Gateway.STORAGE_DRIVER);
    gateway.awaitServed(UsbDevice.STICK);
  }

  @ParameterizedTest
  @ValueSource(strings = {"throw", "hang"})
  void driverFaultDuringHash_changesNeitherHashNorProcess(String kind) throws Exception {
    int faultsBefore = gateway.faults().size();
    assertHashSurvives(() -> gateway.exec("fault:inject " + UsbDevice.STICK.path() + " " + kind));
    assertThat(gateway.faults()).hasSizeGreaterThan(faultsBefore);
  }

  @Test
  void driverJarReplacedDuringHash_changesNeitherHashNorProcess() throws Exception {
    Path jar = Distribution.withVersion(Gateway.STORAGE_JAR, "1.0.1", folder);
    assertHashSurvives(() -> gateway.replace(Gateway.STORAGE_JAR, "1.0.1", jar));
    assertThat(gateway.driverVersion(Gateway.STORAGE_DRIVER)).isEqualTo("1.0.1");
  }

  @Test
  void transportReplacedDuringHash_changesNeitherHashNorProcess() throws Exception {
    Path jar = Distribution.withVersion(Gateway.LIBUSB_JAR, "1.0.1", folder);
    assertHashSurvives(() -> gateway.replace(Gateway.LIBUSB_JAR, "1.0.1", jar));
    assertThat(gateway.exec("lb -s").lines())
        .anyMatch(
            line ->
                line.contains("org.bulkhead.transport.libusb (1.0.1)") && line.contains("Active"));
  }

  @Test
  void tenReplugs_keepTheIdAndLeaveNothingBehind() throws Exception {
    String key = gateway.awaitServed(UsbDevice.STICK).getString("key");
    replug(false);
    replug(true);
    // Another test may have started the gateway, and what is claimed only later is no leak.
    await("a driver for each device that is always there")
        .atMost(Duration.ofMinutes(6))
        .pollInterval(Duration.ofSeconds(1))
        .until(
            gateway::devices,
            listed -> ALWAYS_DRIVEN.stream().allMatch(device -> isServed(listed, device)));
    Footprint before = gateway.footprint();
    for (int round = 0; round < 10; round++) {
      replug(round % 2 == 1);
      assertThat(gateway.awaitServed(UsbDevice.STICK).getString("key")).isEqualTo(key);
    }
    await("the gateway to hold no more than before")
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofSeconds(2))
        .untilAsserted(
            () -> {
              Footprint after = gateway.footprint();
              assertThat(after.threads()).as("threads").isLessThanOrEqualTo(before.threads());
              assertThat(after.files()).as("files").isLessThanOrEqualTo(before.files());
              assertThat(after.claims()).as("claims").isEqualTo(before.claims());
              assertThat(after.residentKib())
                  .as("resident KiB")
                  .isLessThan(before.residentKib() + 24 * 1024);
            });
    assertThat(Gateway.hash(gateway.exec(hashOf(UsbDevice.STICK)))).isEqualTo(imageHash());
  }

  @Test
  void serialPort_passesBytesAtTwoRatesBeforeAndAfterARestart() throws Exception {
    try (SerialPeer peer = rig.connect(UsbDevice.FTDI)) {
      guest.awaitPresent(UsbDevice.FTDI);
      gateway.awaitServed(UsbDevice.FTDI);
      exchange(peer, 9600);
      exchange(peer, 115200);
      gateway.exec("driver:restart " + Gateway.SERIAL_DRIVER);
      gateway.awaitServed(UsbDevice.FTDI);
      exchange(peer, 115200);
      exchange(peer, 9600);
    }
  }

  /** The hub has lost the mouse and found it again, so the kernel has given it another number. */
  @Test
  void portOfAHub_isSwitchedOffAndOn_whereTheLadderSaysSo() {
    UsbDevice mouse = UsbDevice.HUB_MOUSE;
    String number = "cat " + Guest.sysfs(mouse) + "/devnum";
    gateway.awaitServed(mouse);
    String before = guest.run(number).strip();
    String port = Guest.sysfs(UsbDevice.HUB) + "/1-15:1.0/1-15-port1/disable";
    guest.run("chgrp gateway " + port + " && chmod g+w " + port);

    gateway.exec("driver:complain " + mouse.path() + " it does not move");

    guest.await(
        "[ $(" + number + " 2>/dev/null || echo " + before + ") != " + before + " ]",
        "the mouse to come back under another number than " + before);
    gateway.awaitServed(mouse);
    assertThat(gateway.exec("driver:show " + Gateway.INPUT_DRIVER))
        .contains("cycle-port: tried 1")
        .doesNotContain("impossible");
    assertThat(guest.run("cat " + port).strip()).isEqualTo("0");
  }

  @Test
  void terminated_endsAndGivesTheKernelItsDevicesBack() {
    int pid = gateway.pid();
    guest.run("kill -TERM " + pid);
    guest.await("[ ! -e /proc/" + pid + " ]", "the gateway to end");
    // Five are promised, of a processor that is not emulated: ten times that fails.
    Duration took = gateway.stopTook();
    System.out.printf("rig: the gateway ended within %.1f s%n", took.toMillis() / 1e3);
    assertThat(took).isLessThan(Duration.ofSeconds(50));
    guest.await(
        "[ $(basename $(readlink "
            + Guest.sysfs(UsbDevice.STICK)
            + "/"
            + UsbDevice.STICK.path()
            + ":1.0/driver)) = usb-storage ]",
        "usb-storage to have the stick again");
  }

  @Test
  void killed_startsAgainAtOnce() throws Exception {
    guest.run("kill -KILL " + gateway.pid());
    gateway.bulkhead("start").succeeded();
    gateway.awaitServed(UsbDevice.STICK);
    assertThat(Gateway.hash(gateway.exec(hashOf(UsbDevice.STICK)))).isEqualTo(imageHash());
  }

  private void assertHashSurvives(Runnable harm) throws Exception {
    gateway.awaitServed(UsbDevice.STICK);
    int pid = gateway.pid();
    rig.limitStickRead(SLOW_BYTES_PER_SECOND);
    CompletableFuture<ExecResult> hash = beginHash();
    harm.run();
    assertThat(hash).as("the harm must come while the hash runs").isNotDone();
    rig.limitStickRead(0);
    ExecResult result = hash.get(180, TimeUnit.SECONDS).succeeded();
    assertThat(Gateway.hash(result.stdout())).isEqualTo(imageHash());
    assertThat(gateway.pid()).isEqualTo(pid);
  }

  /** Begins a hash of the stick and returns when its reads have come to the stick. */
  private CompletableFuture<ExecResult> beginHash() {
    long before = rig.bytesRead(UsbDevice.STICK);
    CompletableFuture<ExecResult> hash = gateway.begin(hashOf(UsbDevice.STICK));
    await("reads of the stick")
        .atMost(Duration.ofMinutes(2))
        .until(() -> rig.bytesRead(UsbDevice.STICK) > before + (1 << 20));
    return hash;
  }

  private void replug(boolean underWay) throws Exception {
    CompletableFuture<ExecResult> hash = CompletableFuture.completedFuture(null);
    if (underWay) {
      rig.limitStickRead(SLOW_BYTES_PER_SECOND);
      hash = beginHash();
    }
    rig.unplug(UsbDevice.STICK);
    guest.awaitAbsent(UsbDevice.STICK);
    rig.limitStickRead(0);
    rig.plug(UsbDevice.STICK);
    guest.awaitPresent(UsbDevice.STICK);
    gateway.awaitServed(UsbDevice.STICK);
    ExecResult result = hash.get(180, TimeUnit.SECONDS);
    if (result != null && result.status() == 0) {
      assertThat(Gateway.hash(result.stdout())).isEqualTo(imageHash());
    }
  }

  private void exchange(SerialPeer peer, int baud) throws Exception {
    String path = UsbDevice.FTDI.path();
    gateway.exec("serial:config --baud " + baud + " " + path);
    assertThat(gateway.exec("serial:config --json " + path)).contains(Integer.toString(baud));
    String question = "question at " + baud;
    CompletableFuture<ExecResult> answer =
        gateway.begin("serial:send --reply 10 " + path + " \"" + question + "\"");
    // The command's JVM starts first.
    assertThat(peer.read(question.length(), Duration.ofMinutes(3))).isEqualTo(question);
    peer.write("answer at " + baud, Duration.ofMinutes(1));
    assertThat(answer.get(3, TimeUnit.MINUTES).succeeded().stdout()).contains("answer at " + baud);
  }

  private static boolean isComplete(JsonArray listed) {
    return UsbDevice.all().stream().allMatch(device -> Gateway.row(listed, device).isPresent())
        && DRIVEN.stream().allMatch(device -> isServed(listed, device));
  }

  private static boolean isServed(JsonArray listed, UsbDevice device) {
    return Gateway.row(listed, device).map(Gateway::served).orElse(false);
  }

  private static void assertDriver(JsonArray listed, UsbDevice device, String driver) {
    assertThat(Gateway.driver(row(listed, device))).as("%s", device).contains(driver);
  }

  private static JsonObject row(JsonArray listed, UsbDevice device) {
    return Gateway.row(listed, device)
        .orElseThrow(() -> new AssertionError("not listed: " + device));
  }

  private static String hashOf(UsbDevice device) {
    return "block:hash --json " + device.path();
  }

  private String imageHash() throws Exception {
    byte[] image = Files.readAllBytes(rig.disk(UsbDevice.STICK));
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(image));
  }
}
