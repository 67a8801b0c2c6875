package org.bulkhead.itests.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.bulkhead.device.contract.SessionProperties;
import org.bulkhead.device.input.GapEvent;
import org.bulkhead.device.input.InputDevice;
import org.bulkhead.device.input.InputEvent;
import org.bulkhead.device.input.InputListener;
import org.bulkhead.device.input.KeyEvent;
import org.bulkhead.device.input.Led;
import org.bulkhead.device.input.PointerEvent;
import org.bulkhead.device.input.Scan;
import org.bulkhead.device.input.ScanListener;
import org.bulkhead.framework.admin.CompartmentState;
import org.bulkhead.transport.sim.SimHid;
import org.bulkhead.transport.sim.SimPort;
import org.junit.After;
import org.junit.Test;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.ServiceRegistration;

/** Input listeners and the scanner view through the whole gateway, over restarts of the driver. */
public class InputIT extends BusTest {

  private final List<ServiceRegistration<?>> listeners = new ArrayList<>();

  @Configuration
  public Option[] features() {
    return options(
        osgi(),
        framework(),
        configured(
            Map.of(
                "org.bulkhead.framework",
                Map.of("backoffMillis", 20, "backoffMaxMillis", 50),
                // Past it what comes after a gap is a line of its own, on however slow a machine.
                "org.bulkhead.scanner",
                Map.of("timeoutMillis", 60_000))),
        simulatedBus(),
        inputDriver());
  }

  @After
  public void tidyUp() {
    listeners.forEach(ServiceRegistration::unregister);
  }

  private <L> void listen(Class<L> type, L listener, String location) {
    Hashtable<String, Object> properties = new Hashtable<>();
    if (location != null) {
      properties.put(SessionProperties.LOCATION, location);
    }
    listeners.add(context.registerService(type, listener, properties));
  }

  private BlockingQueue<InputEvent> events(String location) {
    BlockingQueue<InputEvent> events = new LinkedBlockingQueue<>();
    listen(InputListener.class, events::add, location);
    return events;
  }

  private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
    T next = queue.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(next).as("an event within " + PATIENCE).isNotNull();
    return next;
  }

  private static String typed(BlockingQueue<InputEvent> events, int letters)
      throws InterruptedException {
    StringBuilder text = new StringBuilder();
    while (text.length() < letters) {
      if (next(events) instanceof KeyEvent key) {
        text.append(key.text());
      }
    }
    return text.toString();
  }

  /** What comes within a second of a gap is taken for the rest of a torn line, and not told. */
  private static String afterAGap(BlockingQueue<Scan> scans) throws InterruptedException {
    String first = next(scans).text();
    return first.equals("rest") ? next(scans).text() : first;
  }

  private SimPort attached(SimHid device) {
    SimPort port = plug(device);
    session(InputDevice.class, port.location());
    awaitState(port.location(), CompartmentState.RUNNING);
    return port;
  }

  private void restart(SimPort port) throws Exception {
    int life = compartment(port.location()).incarnation();
    gateway.restart(port.location());
    eventually("the next life")
        .until(
            () ->
                compartment(port.location()).incarnation() > life
                    && isRunning(compartment(port.location())));
  }

  @Test
  public void scannedLines_arriveWholeOverARestartOfTheDriver() throws Exception {
    SimHid scanner = SimHid.scanner("S1");
    BlockingQueue<Scan> scans = new LinkedBlockingQueue<>();
    listen(ScanListener.class, scans::add, null);
    SimPort port = attached(scanner);

    scanner.type("4006381333931\nABC-abc/1\n");
    assertThat(next(scans).text()).isEqualTo("4006381333931");
    Scan second = next(scans);
    assertThat(second.text()).isEqualTo("ABC-abc/1");
    assertThat(second.device().location()).isEqualTo(port.location());

    restart(port);
    scanner.type("rest\nafter\n");
    assertThat(afterAGap(scans)).isEqualTo("after");

    port.unplug();
    eventually("it to leave").until(() -> !known(port.location()));
    port.replug();
    eventually("it to be back").until(() -> known(port.location()));
    awaitState(port.location(), CompartmentState.RUNNING);
    scanner.type("rest\nagain\n");
    assertThat(afterAGap(scans)).isEqualTo("again");
    assertThat(scans).isEmpty();
  }

  @Test
  public void lineThatARestartTears_isNotTold() throws Exception {
    SimHid scanner = SimHid.scanner("S2");
    BlockingQueue<Scan> scans = new LinkedBlockingQueue<>();
    SimPort port = attached(scanner);
    listen(ScanListener.class, scans::add, port.location());
    BlockingQueue<InputEvent> events = events(port.location());
    scanner.type("torn");
    assertThat(typed(events, 4)).isEqualTo("torn");

    restart(port);
    eventually("a gap").until(() -> events.stream().anyMatch(GapEvent.class::isInstance));
    scanner.type("-rest\nwhole\n");

    assertThat(next(scans).text()).isEqualTo("whole");
  }

  @Test
  public void keyboardThatIsNoScanner_givesNoLines() throws Exception {
    SimHid keyboard = SimHid.keyboard("K1");
    SimHid scanner = SimHid.scanner("S3");
    BlockingQueue<Scan> scans = new LinkedBlockingQueue<>();
    listen(ScanListener.class, scans::add, null);
    SimPort port = attached(keyboard);
    attached(scanner);
    BlockingQueue<InputEvent> events = events(port.location());

    keyboard.type("typed\n");
    assertThat(typed(events, 6)).isEqualTo("typed\n");
    scanner.type("scanned\n");

    assertThat(next(scans).text()).isEqualTo("scanned");
  }

  @Test
  public void listeners_getTheirDeviceOnly_andHurtNobodyElse() throws Exception {
    SimHid mouse = SimHid.mouse("M1");
    SimPort port = attached(mouse);
    CountDownLatch hang = new CountDownLatch(1);
    listen(InputListener.class, event -> hang.await(), null);
    listen(
        InputListener.class,
        event -> {
          throw new IllegalStateException("hostile");
        },
        null);
    BlockingQueue<InputEvent> others = events("sim-9999");
    BlockingQueue<InputEvent> mine = events(port.location());

    mouse.move(3, -4);

    assertThat(next(mine))
        .isInstanceOfSatisfying(
            PointerEvent.class,
            event -> {
              assertThat(event.motion().x()).isEqualTo(3);
              assertThat(event.motion().y()).isEqualTo(-4);
              assertThat(event.device().location()).isEqualTo(port.location());
            });
    hang.countDown();
    assertThat(others).isEmpty();
  }

  @Test
  public void heldKey_isReleasedWhenTheDriverIsRestarted_andLightsStay() throws Exception {
    SimHid keyboard = SimHid.keyboard("K2");
    SimPort port = attached(keyboard);
    InputDevice device = session(InputDevice.class, port.location());
    device.setLeds(Set.of(Led.CAPS_LOCK));
    assertThat(keyboard.leds()).containsExactly(Led.CAPS_LOCK);
    BlockingQueue<InputEvent> events = events(port.location());
    keyboard.press(0x04);
    assertThat(next(events))
        .isInstanceOfSatisfying(KeyEvent.class, key -> assertThat(key.down()).isTrue());

    restart(port);

    assertThat(next(events))
        .isInstanceOfSatisfying(KeyEvent.class, key -> assertThat(key.down()).isFalse());
    eventually("the light again").until(() -> keyboard.leds().contains(Led.CAPS_LOCK));
    keyboard.release(0x04);
    keyboard.type("x");
    assertThat(typed(events, 1)).isEqualTo("x");
  }
}
