package org.bulkhead.itests.rig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Keyboards and pointers in use: QEMU's, and a keyboard that the guest's own kernel plays. One
 * application listens from the first test to the last.
 */
class InputRigIT {

  /** SET_REPORT of output report 0 of interface 0, of one byte: HID 1.11 section 7.2.2. */
  private static final String SET_LEDS = "\\x21\\x09\\x00\\x02\\x00\\x00\\x01\\x00";

  /** What QEMU's capture has between a request and its data. */
  private static final String CAPTURE_FIELDS = "(?s:.{16})";

  private static final String CAPS_LOCK = "\\x02";

  @RegisterExtension
  static final RigExtension RIG =
      RigExtension.with(List.of(UsbDevice.KEYBOARD, UsbDevice.MOUSE, UsbDevice.TABLET));

  private static Gateway gateway;
  private static InputWatch watch;

  private final Rig rig = RIG.rig();
  private final Guest guest = RIG.guest();

  @TempDir Path folder;

  @BeforeAll
  static void listen() throws IOException {
    RIG.guest().run("gadget up hid");
    RIG.guest().run("cat /dev/hidg0 >/tmp/leds 2>/dev/null </dev/null &");
    gateway = Gateway.installAndStart(RIG.guest());
    watch = InputWatch.begin(gateway, RIG.guest());
  }

  @Test
  void keysAndMoves_arriveAsEvents() {
    assertEverythingArrives();
  }

  @Test
  void leds_reachTheKeyboards() {
    gateway.exec(
        "input:leds %s caps-lock; input:leds %s caps-lock"
            .formatted(UsbDevice.KEYBOARD.path(), UsbDevice.GADGET.path()));

    guest.await("tail -c 1 /tmp/leds | grep -q $'\\x02'", "the gadget to be told of its lights");
    Pattern told = Pattern.compile(SET_LEDS + CAPTURE_FIELDS + CAPS_LOCK);
    await("QEMU's keyboard to be told of its lights")
        .atMost(Duration.ofMinutes(1))
        .until(() -> told.matcher(capture(UsbDevice.KEYBOARD)).find());
  }

  @Test
  void events_goOnThroughFaultsAndASwap() throws Exception {
    int pid = gateway.pid();
    String fault = "fault:inject " + Gateway.INPUT_DRIVER;

    // Three emulated devices and the gadget.
    gateway.exec(fault + " throw");
    assertEverythingArrives();
    gateway.awaitLogged("hid@.* exception: .*planted", 4);
    gateway.exec(fault + " hang");
    assertEverythingArrives();
    gateway.awaitLogged("hid@.* hang: ", 4);
    assertEverythingArrives();

    gateway.swap(Gateway.INPUT_JAR, "1.0.1", folder);
    assertEverythingArrives();
    assertThat(watch.isRunning()).isTrue();
    assertThat(gateway.pid()).isEqualTo(pid);
  }

  /** Acts until each device's event has come: a driver that is being restarted may miss some. */
  private void assertEverythingArrives() {
    int from = watch.size();
    watch.await(from, () -> rig.monitor().sendKey("a"), key(UsbDevice.KEYBOARD, "0007:0004", "a"));
    watch.await(from, this::typeOnGadget, key(UsbDevice.GADGET, "0007:0005", "b"));
    watch.await(from, () -> rig.monitor().moveMouse(7, -3), pointer(UsbDevice.MOUSE, 7, -3));
    // It reports when it is moved, so to one place and then to another.
    watch.await(from, this::moveTablet, pointer(UsbDevice.TABLET, 20_000, 10_000));
  }

  private void typeOnGadget() {
    guest.run(
        "printf '\\0\\0\\x05\\0\\0\\0\\0\\0' >/dev/hidg0; printf '\\0\\0\\0\\0\\0\\0\\0\\0' >/dev/hidg0");
  }

  private void moveTablet() {
    rig.monitor().moveTablet(100, 200);
    rig.monitor().moveTablet(20_000, 10_000);
  }

  private static Predicate<JsonObject> key(UsbDevice device, String usage, String text) {
    return event ->
        event.getString("location").equals(device.path())
            && event.getString("event").equals("key")
            && event.getString("usage").equals(usage)
            && event.getBoolean("down")
            && event.getString("text").equals(text);
  }

  private static Predicate<JsonObject> pointer(UsbDevice device, int x, int y) {
    return event ->
        event.getString("location").equals(device.path())
            && event.getString("event").equals("pointer")
            && event.getInt("x") == x
            && event.getInt("y") == y;
  }

  private String capture(UsbDevice device) throws IOException {
    return new String(Files.readAllBytes(rig.capture(device)), StandardCharsets.ISO_8859_1);
  }
}
