package org.bulkhead.commands.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.bulkhead.console.CommandFailure;
import org.bulkhead.device.input.GapEvent;
import org.bulkhead.device.input.InputDevice;
import org.bulkhead.device.input.InputListener;
import org.bulkhead.device.input.KeyEvent;
import org.bulkhead.device.input.Led;
import org.bulkhead.device.input.Modifier;
import org.bulkhead.device.input.PointerEvent;
import org.bulkhead.device.input.PointerMotion;
import org.bulkhead.device.input.Scan;
import org.bulkhead.device.input.ScanListener;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The commands of scope {@code input} as Gogo calls them. */
class InputCommandsTest {

  private static final Instant TIME = Instant.parse("2025-01-02T03:04:05Z");

  private final FakeRegistry registry = new FakeRegistry();
  private final FakeKeyboard keyboard = new FakeKeyboard("1-2");
  private final FakeKeyboard other = new FakeKeyboard("1-3");
  private GogoBench gogo;

  @BeforeEach
  void start() {
    for (FakeKeyboard each : new FakeKeyboard[] {keyboard, other}) {
      registry.add(
          InputDevice.class,
          each,
          Map.of(
              "bulkhead.location",
              each.location(),
              "bulkhead.interface",
              0,
              "bulkhead.unit",
              "0",
              "bulkhead.driver",
              "hid"));
    }
    gogo =
        new GogoBench()
            .add(
                "input",
                new InputCommands(registry.context(), FakeGateway.full()),
                "list",
                "watch",
                "leds");
  }

  @AfterEach
  void stop() {
    gogo.close();
    assertThat(registry.registered).hasValue(0);
  }

  private void tellsAtOnce(Object listener) {
    try {
      if (listener instanceof ScanListener scans) {
        scans.scanned(new Scan(keyboard, TIME, "4006381333931"));
      } else if (listener instanceof InputListener events) {
        events.received(new KeyEvent(keyboard, TIME, 0x70004, true, Set.of(Modifier.SHIFT), "A"));
        events.received(
            new PointerEvent(keyboard, TIME, new PointerMotion(false, 3, -4, 0, 0, 1, 0, 0b101)));
        events.received(new GapEvent(keyboard, TIME, 2));
      }
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void list_showsKindsAndLights() throws Exception {
    keyboard.setLeds(Set.of(Led.NUM_LOCK));
    assertThat(gogo.run("input:list"))
        .isEqualTo(
            """
            ID   NAME  KINDS     LEDS                ON        DRIVER
            1-2  Keys  keyboard  num-lock caps-lock  num-lock  hid
            1-3  Keys  keyboard  num-lock caps-lock  -         hid
            """);
    assertThat(gogo.run("input:list --json"))
        .contains("\"id\":\"1-2\"", "\"ledsOn\":[\"num-lock\"]");
  }

  @Test
  void watch_printsOneLineForEachEvent() throws Exception {
    registry.onRegister = this::tellsAtOnce;
    assertThat(gogo.run("input:watch --count 3"))
        .isEqualTo(
            """
            1-2:0  down 0007:0004  "A"  shift
            1-2:0  move +3,-4  wheel +1  buttons 101
            1-2:0  gap: 2 events lost
            """);
    assertThat(gogo.run("input:watch --json --count 1 1-2"))
        .contains("\"event\":\"key\"", "\"usage\":\"0007:0004\"", "\"text\":\"A\"");
  }

  @Test
  void watchScans_printsLines() throws Exception {
    registry.onRegister = this::tellsAtOnce;
    assertThat(gogo.run("input:watch --scans --count 1")).isEqualTo("1-2  4006381333931\n");
  }

  @Test
  void watchThatGetsTooLittle_fails_andWithoutACountEndsWell() throws Exception {
    registry.onRegister = this::tellsAtOnce;
    assertThatThrownBy(() -> gogo.run("input:watch --count 4 --timeout 1"))
        .isInstanceOf(CommandFailure.class)
        .hasMessage("3 of 4 came, then nothing for 1 s");
    assertThat(gogo.run("input:watch --timeout 1")).hasLineCount(3);
  }

  @Test
  void leds_areSwitched() throws Exception {
    assertThat(gogo.run("input:leds 1-2 num-lock,CAPS-LOCK")).contains("num-lock caps-lock");
    assertThat(keyboard.leds()).containsExactlyInAnyOrder(Led.NUM_LOCK, Led.CAPS_LOCK);
    gogo.run("input:leds 1-2 none");
    assertThat(keyboard.leds()).isEmpty();
  }

  @Test
  void leds_thatAreWrongSayWhatThereIs() {
    assertThatThrownBy(() -> gogo.run("input:leds 1-2 red"))
        .hasMessage(
            "\"red\" is no light: num-lock, caps-lock, scroll-lock, compose, kana, or none");
    assertThatThrownBy(() -> gogo.run("input:leds 1-2 kana"))
        .hasMessage("1-2 has only num-lock, caps-lock");
    assertThatThrownBy(() -> gogo.run("input:leds 9-9 none"))
        .hasMessageStartingWith("no input device \"9-9\": there");
    keyboard.broken = true;
    assertThatThrownBy(() -> gogo.run("input:leds 1-2 none"))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("it does not answer");
  }
}
