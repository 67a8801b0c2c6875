package org.bulkhead.itests.rig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Shows that the rig itself does what the gateway's tests rely on. */
class RigSelfIT {

  @RegisterExtension static final RigExtension RIG = RigExtension.with(UsbDevice.all());

  private final Guest guest = RIG.guest();
  private final Rig rig = RIG.rig();

  @Test
  @SuppressWarnings("try") // the peers need only be there
  void everyDevice_isAtItsPath() throws IOException {
    assertThat(UsbDevice.all()).hasSize(17);
    try (SerialPeer ftdi = rig.connect(UsbDevice.FTDI);
        SerialPeer braille = rig.connect(UsbDevice.BRAILLE)) {
      for (UsbDevice device : UsbDevice.all()) {
        guest.awaitPresent(device);
        String id =
            "cat " + Guest.sysfs(device) + "/idVendor " + Guest.sysfs(device) + "/idProduct";
        assertThat(guest.run(id).replace('\n', ':')).as("%s", device).isEqualTo(device.usbId());
      }
      assertThat(guest.run("lsusb").lines()).hasSizeGreaterThanOrEqualTo(17 + 3);
    }
  }

  @Test
  void exec_passesOnBothStreamsAndTheStatus() {
    assertThat(guest.exec("echo out; echo err >&2; exit 42"))
        .isEqualTo(new ExecResult("out\n", "err\n", 42));
    assertThat(guest.exec("kill -9 $$").status()).isEqualTo(137);
  }

  @Test
  void exec_endsThoughADaemonHoldsItsOutput() {
    assertThat(guest.run("sleep 100 & echo started")).isEqualTo("started");
  }

  @Test
  void exec_runsSeveralScriptsAtOnce() throws Exception {
    guest.run("rm -f /tmp/go; mkfifo /tmp/go");
    CompletableFuture<ExecResult> waiting = guest.start("cat /tmp/go", Guest.DEADLINE);
    guest.run("echo on your way >/tmp/go");
    assertThat(waiting.get(1, TimeUnit.MINUTES).stdout()).isEqualTo("on your way\n");
  }

  @Test
  void exec_pastItsDeadlineIsKilled() {
    assertThatThrownBy(() -> guest.exec("exec -a overdue sleep 1000", Duration.ofSeconds(2)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("not done within");
    guest.await("! pgrep -f '^overdue'", "the overdue script to be killed");
  }

  @Test
  void push_keepsEveryByte(@TempDir Path folder) throws Exception {
    byte[] content = new byte[3_000_001];
    new Random(1).nextBytes(content);
    Path file = Files.write(folder.resolve("content"), content);
    guest.push(file, "/tmp/content");
    assertThat(guest.run("sha256sum </tmp/content")).startsWith(sha256(content));
  }

  @Test
  void stick_hasTheImagesContent() throws Exception {
    String disk = disk(UsbDevice.STICK);
    assertThat(guest.run("dd if=" + disk + " bs=512 skip=12345 count=1 status=none | head -n 1"))
        .isEqualTo("RIG-SECTOR-00012345");
    assertThat(guest.run("sha256sum <" + disk))
        .startsWith(sha256(Files.readAllBytes(rig.disk(UsbDevice.STICK))));
  }

  @Test
  void stick_readSlowlyWhenLimited() {
    rig.limitStickRead(1 << 20);
    long begin = System.nanoTime();
    guest.run("dd if=" + disk(UsbDevice.STICK) + " of=/dev/null bs=1M count=4 iflag=direct");
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofSeconds(2));
    rig.limitStickRead(0);
  }

  @Test
  void unpluggedDevice_comesBackAtTheSamePath() {
    for (UsbDevice device : List.of(UsbDevice.STICK, UsbDevice.HUB_MOUSE, UsbDevice.EHCI_STICK)) {
      rig.unplug(device);
      guest.awaitAbsent(device);
      rig.plug(device);
      guest.awaitPresent(device);
    }
  }

  @Test
  void serialPeer_plugsThePortInAndPassesBytes() throws IOException {
    try (SerialPeer peer = rig.connect(UsbDevice.FTDI)) {
      guest.awaitPresent(UsbDevice.FTDI);
      guest.await("[ -c /dev/ttyUSB0 ]", "the kernel's serial driver");
      // Opening the port drops what came before, so it stays open.
      String script =
          "exec 3<>/dev/ttyUSB0; stty raw -echo 115200 <&3; printf from-guest >&3; head -c 9 <&3";
      CompletableFuture<ExecResult> port = guest.start(script, Duration.ofMinutes(2));
      assertThat(peer.read(10, Duration.ofMinutes(2))).isEqualTo("from-guest");
      peer.write("from-host", Duration.ofMinutes(1));
      assertThat(port.join().stdout()).isEqualTo("from-host");
    }
    guest.awaitAbsent(UsbDevice.FTDI);
  }

  @Test
  void keyPress_reachesTheGuest() {
    // Only one of several keyboards gets the keys. Each is open before anybody listens to it, as a
    // key that comes earlier is lost.
    String listen =
        "for f in /dev/input/event*; do exec {fd}<$f; head -c 24 <&$fd | wc -c & done;"
            + " touch /tmp/listening; wait -n";
    CompletableFuture<ExecResult> key = guest.start(listen, Duration.ofMinutes(2));
    guest.await("[ -e /tmp/listening ]", "the listener");
    rig.monitor().sendKey("a");
    assertThat(key.join().stdout().strip()).isEqualTo("24");
  }

  @Test
  void gadget_isPlayedByTheGuestsKernel() {
    guest.run("gadget up acm hid mass_storage ss_lb");
    guest.awaitPresent(UsbDevice.GADGET);
    assertThat(guest.run("lsusb -d 1209:0001")).contains("1209:0001");
    guest.await("[ -c /dev/ttyACM0 ]", "the gadget's serial port");
    guest.run("gadget down");
    guest.await("! lsusb -d 1209:0001", "the gadget to go");
  }

  private String disk(UsbDevice device) {
    guest.await("ls -d " + Guest.sysfs(device) + "/*/host*/target*/*/block/*", device + "'s disk");
    return "/dev/" + guest.run("basename " + Guest.sysfs(device) + "/*/host*/target*/*/block/*");
  }

  private static String sha256(byte[] content) throws NoSuchAlgorithmException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
  }
}
