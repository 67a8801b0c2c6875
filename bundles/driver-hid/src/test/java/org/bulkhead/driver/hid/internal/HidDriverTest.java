package org.bulkhead.driver.hid.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.bulkhead.device.input.GapEvent;
import org.bulkhead.device.input.InputDevice;
import org.bulkhead.device.input.InputEvent;
import org.bulkhead.device.input.InputKind;
import org.bulkhead.device.input.KeyEvent;
import org.bulkhead.device.input.Led;
import org.bulkhead.device.input.Modifier;
import org.bulkhead.device.input.PointerEvent;
import org.bulkhead.device.input.ReportEvent;
import org.bulkhead.device.input.ReportType;
import org.bulkhead.device.usb.ControlRequest;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.descriptor.TransferType;
import org.bulkhead.framework.admin.CompartmentState;
import org.bulkhead.framework.admin.InjectedFault;
import org.bulkhead.testkit.BenchOptions;
import org.bulkhead.testkit.DriverBench;
import org.bulkhead.transport.sim.Handshake;
import org.bulkhead.transport.sim.ScriptedDevice;
import org.bulkhead.transport.sim.SimDescription;
import org.bulkhead.transport.sim.SimDevice;
import org.bulkhead.transport.sim.SimFaults.Fault;
import org.bulkhead.transport.sim.SimHid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HidDriverTest {

  private static final long PATIENCE_SECONDS = 20;
  private static final int KEY_A = 0x04;

  private final BlockingQueue<InputEvent> events = new LinkedBlockingQueue<>();
  private DriverBench bench;

  private DriverBench attach(SimDevice device) {
    return attach(device, -1);
  }

  private DriverBench attach(SimDevice device, int interfaceNumber) {
    bench =
        BenchOptions.of(HidDriver::new)
            .interfaceNumber(interfaceNumber)
            .attach(device)
            .listen(events::add)
            .awaitLife(1);
    return bench;
  }

  @AfterEach
  void nothingIsLeftBehind() {
    if (bench != null) {
      bench.close();
    }
  }

  private InputEvent next() throws InterruptedException {
    InputEvent event = events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    assertThat(event).as("an event; %s", bench).isNotNull();
    return event;
  }

  private <E extends InputEvent> E next(Class<E> type) throws InterruptedException {
    return type.cast(next());
  }

  private <E extends InputEvent> E first(Class<E> type, Predicate<E> wanted)
      throws InterruptedException {
    while (true) {
      InputEvent event = next();
      if (type.isInstance(event) && wanted.test(type.cast(event))) {
        return type.cast(event);
      }
    }
  }

  private String typed(int characters) throws InterruptedException {
    StringBuilder text = new StringBuilder();
    while (text.length() < characters) {
      text.append(next(KeyEvent.class).text());
    }
    return text.toString();
  }

  @Test
  void typing_arrivesAsKeysAndText() throws Exception {
    SimHid keyboard = SimHid.keyboard("1");
    attach(keyboard);

    keyboard.type("a");
    KeyEvent down = next(KeyEvent.class);
    assertThat(down.usage()).isEqualTo(0x0007_0004);
    assertThat(down.down()).isTrue();
    assertThat(down.text()).isEqualTo("a");
    assertThat(down.device()).isSameAs(bench.service(InputDevice.class));
    KeyEvent up = next(KeyEvent.class);
    assertThat(up.down()).isFalse();
    assertThat(up.text()).isEmpty();

    keyboard.type("Hello, World!\n");
    assertThat(typed(14)).isEqualTo("Hello, World!\n");
  }

  @Test
  void modifiers_areTold() throws Exception {
    SimHid keyboard = SimHid.keyboard("1");
    attach(keyboard);
    keyboard.press(0xe1);
    assertThat(next(KeyEvent.class).modifiers()).containsExactly(Modifier.SHIFT);
    keyboard.press(KEY_A);
    assertThat(next(KeyEvent.class).text()).isEqualTo("A");
  }

  @Test
  void description_isThatOfTheDevice() {
    attach(SimHid.keyboard("1"));
    InputDevice device = bench.service(InputDevice.class);

    assertThat(device.description().name()).isEqualTo("QEMU USB Keyboard");
    assertThat(device.description().kinds()).containsExactly(InputKind.KEYBOARD);
    assertThat(device.description().leds()).isEqualTo(EnumSet.allOf(Led.class));
    assertThat(device.description().lengthBytes(ReportType.INPUT, 0)).isEqualTo(8);
    assertThat((String[]) bench.properties(InputDevice.class, "0").get(InputDevice.KINDS))
        .containsExactly("KEYBOARD");
  }

  @Test
  void mouse_arrivesAsSteps() throws Exception {
    SimHid mouse = SimHid.mouse("1");
    attach(mouse);
    mouse.move(-5, 7);
    PointerEvent step = next(PointerEvent.class);
    assertThat(step.motion().absolute()).isFalse();
    assertThat(step.motion().x()).isEqualTo(-5);
    assertThat(step.motion().y()).isEqualTo(7);
    mouse.wheel(-1);
    assertThat(next(PointerEvent.class).motion().wheel()).isEqualTo(-1);
  }

  @Test
  void tablet_arrivesAsPlaces() throws Exception {
    SimHid tablet = SimHid.tablet("1");
    attach(tablet);
    tablet.moveTo(100, 32_767);
    PointerEvent place = next(PointerEvent.class);
    assertThat(place.motion().absolute()).isTrue();
    assertThat(place.motion().x()).isEqualTo(100);
    assertThat(place.motion().y()).isEqualTo(place.motion().maxY());
  }

  @Test
  void compositeDevice_isToldByReportIds() throws Exception {
    SimHid receiver = SimHid.composite("1");
    attach(receiver, 1);
    InputDevice device = bench.service(InputDevice.class);
    assertThat(device.description().kinds()).isEqualTo(EnumSet.allOf(InputKind.class));
    assertThat(device.interfaceNumber()).isEqualTo(1);

    receiver.move(-1, 2);
    assertThat(next(PointerEvent.class).motion().x()).isEqualTo(-1);
    receiver.send(1, new byte[] {2, (byte) 0xe9, 0, 0, 0});
    assertThat(next(KeyEvent.class).usage()).isEqualTo(0x000c_00e9);
    receiver.send(1, new byte[] {3, 1, 2, 3, 4});
    ReportEvent raw = next(ReportEvent.class);
    assertThat(raw.id()).isEqualTo(3);
    assertThat(raw.data()).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}));
  }

  @Test
  void reports_goBothWays() throws Exception {
    SimHid receiver = SimHid.composite("1");
    attach(receiver, 1);
    InputDevice device = bench.service(InputDevice.class);

    device.setReport(ReportType.FEATURE, 3, new byte[] {9, 8, 7, 6});
    assertThat(device.getReport(ReportType.FEATURE, 3)).containsExactly(9, 8, 7, 6);
    device.setReport(ReportType.OUTPUT, 3, new byte[] {1, 2, 3, 4});
    assertThat(receiver.output()).containsExactly(3, 1, 2, 3, 4);
  }

  @Test
  void wrongReports_areTheCallersFault() {
    attach(SimHid.keyboard("1"));
    InputDevice device = bench.service(InputDevice.class);

    assertThatThrownBy(() -> device.getReport(ReportType.FEATURE, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> device.setReport(ReportType.OUTPUT, 0, new byte[2]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> device.setReport(ReportType.INPUT, 0, new byte[8]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> device.getReport(ReportType.INPUT, 0))
        .isInstanceOfSatisfying(
            UsbException.class, e -> assertThat(e.kind()).isEqualTo(UsbException.Kind.STALL));
    assertThat(bench.faults()).isEmpty();
  }

  @Test
  void lights_comeBackAfterARestartAndAReplug() throws Exception {
    SimHid keyboard = SimHid.keyboard("1");
    attach(keyboard);
    InputDevice device = bench.service(InputDevice.class);
    device.setLeds(Set.of(Led.CAPS_LOCK, Led.NUM_LOCK));
    assertThat(keyboard.leds()).containsExactly(Led.NUM_LOCK, Led.CAPS_LOCK);

    bench.restart().awaitLife(2);
    bench.unplug();
    assertThat(keyboard.leds()).isEmpty();
    bench.replug().awaitLife(3);
    assertThat(keyboard.leds()).containsExactly(Led.NUM_LOCK, Led.CAPS_LOCK);
    assertThat(device.leds()).containsExactlyInAnyOrder(Led.NUM_LOCK, Led.CAPS_LOCK);
  }

  @Test
  void heldKey_isReleasedWhenTheDriverDies() throws Exception {
    SimHid keyboard = SimHid.keyboard("1");
    attach(keyboard);
    keyboard.press(KEY_A);
    assertThat(next(KeyEvent.class).down()).isTrue();

    bench.plant(InjectedFault.THROW);
    keyboard.press(0x05);
    bench.awaitLife(2);

    KeyEvent up = first(KeyEvent.class, key -> !key.down());
    assertThat(up.usage()).isEqualTo(0x0007_0004);
    first(GapEvent.class, gap -> true);
    first(GapEvent.class, gap -> true);
    keyboard.release(0x05);
    keyboard.release(KEY_A);
    keyboard.type("x");
    first(KeyEvent.class, key -> key.text().equals("x"));
  }

  @Test
  void heldButtonAndKey_areReleasedOnAnUnplug() throws Exception {
    SimHid receiver = SimHid.composite("1");
    attach(receiver, 1);
    receiver.buttons(1);
    assertThat(next(PointerEvent.class).motion().buttons()).isEqualTo(1);
    receiver.send(1, new byte[] {2, (byte) 0xe9, 0, 0, 0});
    next(KeyEvent.class);

    bench.unplug();

    assertThat(next(KeyEvent.class).down()).isFalse();
    assertThat(next(PointerEvent.class).motion().buttons()).isZero();
    next(GapEvent.class);
  }

  @Test
  void heldKey_isReleasedWhenTheDriverIsStopped() throws Exception {
    SimHid keyboard = SimHid.keyboard("1");
    attach(keyboard);
    keyboard.press(KEY_A);
    next(KeyEvent.class);

    bench.stopDriver();

    assertThat(next(KeyEvent.class).down()).isFalse();
    bench.startDriver().awaitLife(2);
  }

  @Test
  void stalledEndpoint_isClearedAndGoesOn() throws Exception {
    SimHid keyboard = SimHid.keyboard("1");
    attach(keyboard);
    bench.wire().add(Fault.STALL, 0x81, 0, 1);
    keyboard.type("ab");
    assertThat(typed(1)).isNotEmpty();
    assertThat(bench.info().incarnation()).isEqualTo(1);
  }

  @Test
  void busFault_bringsTheNextIncarnation() throws Exception {
    SimHid keyboard = SimHid.keyboard("1");
    attach(keyboard);
    bench.wire().add(Fault.ERROR, 0x81, 0, 1);
    keyboard.type("a");
    bench.awaitLife(2);
    keyboard.type("z");
    first(KeyEvent.class, key -> key.text().equals("z"));
  }

  @Test
  void hostileListeners_hurtNobodyElse() throws Exception {
    SimHid keyboard = SimHid.keyboard("1");
    attach(keyboard);
    bench.listen(
        event -> {
          throw new LinkageError("hostile");
        });
    BlockingQueue<InputEvent> never = new LinkedBlockingQueue<>();
    bench.listen(event -> never.take());

    keyboard.type("fine");

    assertThat(typed(4)).isEqualTo("fine");
    assertThat(bench.faults()).isEmpty();
  }

  @Test
  void deviceThatKeepsItsReportDescriptor_speaksTheBootProtocol() throws Exception {
    BlockingQueue<ControlRequest> requests = new LinkedBlockingQueue<>();
    ScriptedDevice tablet =
        new ScriptedDevice(mouse(0x01, 0x02))
            .onControl(
                (request, data) -> {
                  requests.add(request);
                  return request.requestType() == 0x21 ? Handshake.ACK : Handshake.UNHANDLED;
                });
    attach(tablet);

    assertThat(bench.service(InputDevice.class).description().kinds())
        .containsExactly(InputKind.POINTER);
    assertThat(requests).contains(new ControlRequest(0x21, 0x0b, 0, 0));
  }

  @Test
  void deviceWithoutAReportDescriptor_isRefusedWithAReason() {
    bench =
        BenchOptions.of(HidDriver::new)
            .restarts(0)
            .attach(new ScriptedDevice(mouse(0x00, 0x00)))
            .awaitState(CompartmentState.QUARANTINED);

    bench.await("the reason", info -> info.reason().contains("report descriptor"));
  }

  @Test
  void deviceThatRefusesIdle_isDrivenAllTheSame() {
    byte[] report = Fixture.bytes("qemu-mouse");
    attach(
        new ScriptedDevice(mouse(0x01, 0x02))
            .onControl(
                (request, data) -> {
                  if (request.requestType() == 0x81 && request.value() == 0x2200) {
                    data.put(report, 0, Math.min(report.length, data.remaining()));
                    return Handshake.ACK;
                  }
                  return request.requestType() == 0x21 ? Handshake.STALL : Handshake.UNHANDLED;
                }));
    assertThat(bench.faults()).isEmpty();
  }

  private static SimDescription mouse(int subclass, int protocol) {
    return SimDescription.builder(0x056a, 0x0000)
        .product("Wacom PenPartner")
        .configuration(1)
        .interfaceSetting(0, 0, 0x03, subclass, protocol)
        .extra(9, 0x21, 0x10, 0x01, 0, 1, 0x22, 0x6e, 0)
        .endpoint(0x81, TransferType.INTERRUPT, 8, 10)
        .build();
  }

  @Test
  void typingFast_arrivesWholeAndInOrder() throws Exception {
    SimHid keyboard = SimHid.keyboard("1");
    attach(keyboard);
    String text = "the quick brown fox jumps over the lazy dog 0123456789\n".repeat(8);
    keyboard.type(text);
    assertThat(typed(text.length())).isEqualTo(text);
    assertThat(List.copyOf(events)).noneMatch(GapEvent.class::isInstance);
  }
}
