package org.bulkhead.itests.container;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.bulkhead.device.contract.DeviceUnavailableException;
import org.bulkhead.device.contract.OutcomeUnknownException;
import org.bulkhead.transport.sim.SerialPeer;
import org.bulkhead.transport.sim.SimAcm;
import org.bulkhead.transport.sim.SimFaults.Fault;
import org.bulkhead.transport.sim.SimPort;
import org.junit.After;
import org.junit.Test;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.serial.SerialDevice;
import org.osgi.service.serial.SerialDeviceException;
import org.osgi.service.serial.SerialEvent;
import org.osgi.service.serial.SerialEventListener;
import org.osgi.service.serial.SerialPortConfiguration;
import org.osgi.service.usbinfo.USBInfoDevice;

/** The Serial Device Service as the compendium has it, and what was decided where it is open. */
public class SerialDeviceIT extends BusTest {

  private static final int OUT = 0x02;

  private final SerialPeer silent = data -> data.position(data.limit());
  private final java.util.List<Bundle> users = new java.util.ArrayList<>();
  private final java.util.List<ServiceRegistration<?>> listeners = new java.util.ArrayList<>();

  @Configuration
  public Option[] features() {
    return options(
        osgi(),
        framework(),
        supervision(Map.of("sessionPatienceMillis", 1_000)),
        simulatedBus(),
        acmDriver());
  }

  @After
  public void tidyUp() throws Exception {
    listeners.forEach(ServiceRegistration::unregister);
    for (Bundle user : users) {
      user.uninstall();
    }
  }

  @Test
  public void service_isSerialAndUsbInfoDeviceAtOnce() throws Exception {
    SimPort port = plug(new SimAcm("P1", silent));
    session(SerialDevice.class, port.location());
    ServiceReference<SerialDevice> serial = offered(SerialDevice.class, port.location());
    assertThat((String[]) serial.getProperty("objectClass"))
        .containsExactlyInAnyOrder(SerialDevice.class.getName(), USBInfoDevice.class.getName());
    assertThat((String[]) serial.getProperty("DEVICE_CATEGORY"))
        .containsExactlyInAnyOrder("Serial", "USBInfo");
    assertThat(serial.getProperty("serial.comport")).isEqualTo(port.location() + ":0");
    assertThat(serial.getProperty("usbinfo.idVendor")).isEqualTo("1d6b");
    assertThat(serial.getProperty("usbinfo.bInterfaceNumber")).isEqualTo(0);
    assertThat(serial.getProperty("usbinfo.bInterfaceClass")).isEqualTo("02");
    assertThat(serial.getProperty("usbinfo.SerialNumber")).isEqualTo("P1");
    assertThat((Object) context.getService(serial)).isInstanceOf(USBInfoDevice.class);
  }

  @Test
  public void dataInterface_isNotGivenToAnotherDriver() throws Exception {
    start(ProbeBundle.of("greedy", "class 0a"));
    SimPort port = plug(new SimAcm("P2", SerialPeer.loopback()));
    SerialDevice device = session(SerialDevice.class, port.location());
    try (InputStream in = device.getInputStream();
        OutputStream out = device.getOutputStream()) {
      out.write('x');
      assertThat(in.read()).isEqualTo('x');
    }
    assertThat(gateway.devices())
        .filteredOn(d -> d.identity().location().equals(port.location()))
        .flatExtracting(d -> d.compartments())
        .extracting(c -> c.driver())
        .containsExactly("cdc-acm");
  }

  @Test
  public void whoOpensFirst_hasThePort() throws Exception {
    SimAcm sim = new SimAcm("P3", silent);
    SimPort port = plug(sim);
    SerialDevice first = as(user("first"), port);
    SerialDevice second = as(user("second"), port);
    assertThat(first).isNotSameAs(second);

    second.setConfiguration(new SerialPortConfiguration(19_200));
    try (InputStream in = first.getInputStream()) {
      assertThat(in.available()).isZero();
      assertThatThrownBy(second::getOutputStream)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("in use by bundle user.first");
      assertThatThrownBy(second::getInputStream).isInstanceOf(IOException.class);
      inUse(() -> second.setConfiguration(new SerialPortConfiguration(9600)));
      inUse(() -> second.setDTR(false));
      inUse(() -> second.setRTS(false));
      assertThat(second.getConfiguration().getBaudRate()).isEqualTo(19_200);
      assertThat(second.isDTR()).isTrue();
      first.setConfiguration(new SerialPortConfiguration(38_400));
      assertThat(sim.settings().baudRate()).isEqualTo(38_400);
    }
    second.getInputStream().close();
    assertThat(sim.settings().dtr()).isFalse();
  }

  @Test
  public void bundleThatStopsOrGivesTheServiceBack_losesThePort() throws Exception {
    SimPort port = plug(new SimAcm("P4", silent));
    session(SerialDevice.class, port.location());
    Bundle first = user("first");
    Bundle second = user("second");
    InputStream abandoned = as(first, port).getInputStream();

    first.stop();

    ServiceReference<SerialDevice> reference = offered(SerialDevice.class, port.location());
    SerialDevice next = second.getBundleContext().getService(reference);
    InputStream taken = next.getInputStream();
    assertThatThrownBy(abandoned::read).isInstanceOf(IOException.class);

    second.getBundleContext().ungetService(reference);

    assertThatThrownBy(taken::read).isInstanceOf(IOException.class);
    assertThatThrownBy(next::getInputStream).isInstanceOf(IllegalStateException.class);
    session(SerialDevice.class, port.location()).getInputStream().close();
  }

  @Test
  public void bundleThatStopsWhileTheDeviceIsAway_losesThePort() throws Exception {
    SimPort port = plug(new SimAcm("P5", silent));
    session(SerialDevice.class, port.location());
    Bundle first = user("first");
    as(first, port).getInputStream();
    port.unplug();
    eventually("no offer").until(() -> offered(SerialDevice.class, port.location()) == null);

    first.stop();
    port.replug();

    session(SerialDevice.class, port.location()).getInputStream().close();
  }

  @Test
  public void readWithoutData_waitsForPatienceOnceTheDeviceIsAway() throws Exception {
    SimPort port = plug(new SimAcm("P6", silent));
    InputStream in = session(SerialDevice.class, port.location()).getInputStream();
    Background read = Background.start(in::read);
    eventually("the read").until(read::isWaiting);

    port.unplug();

    assertThatThrownBy(read::await).isInstanceOf(DeviceUnavailableException.class);
    in.close();
  }

  @Test
  public void writeThatTheDeviceDoesNotTake_endsAfterItsPatience_andIsNotSentBehindTheNextOne()
      throws Exception {
    ByteArrayOutputStream arrived = new ByteArrayOutputStream();
    SimAcm sim =
        new SimAcm(
            "P8",
            data -> {
              while (data.hasRemaining()) {
                arrived.write(data.get());
              }
            });
    SimPort port = plug(sim);
    try (OutputStream out = session(SerialDevice.class, port.location()).getOutputStream()) {
      out.write("first ".getBytes(US_ASCII));
      port.faults().add(Fault.DROP, OUT, 0, 1);

      OutcomeUnknownException heldUp =
          catchThrowableOfType(
              OutcomeUnknownException.class, () -> out.write("lost ".getBytes(US_ASCII)));

      assertThat(heldUp).hasMessageContaining("the device took no bytes for 1.00 s");
      assertThat(heldUp.bytesConfirmed()).isZero();
      assertThat(heldUp.bytesUnknown()).isEqualTo(5);
      out.write("next".getBytes(US_ASCII));
      assertThat(arrived.toString(US_ASCII)).isEqualTo("first next");
      assertThat(compartment(port.location()).faults()).isZero();
    }
  }

  @Test
  public void events_comeOnceForWhatNobodyReads() throws Exception {
    SimAcm sim = new SimAcm("P7", silent);
    SimPort port = plug(sim);
    String comPort = port.location() + ":0";
    BlockingQueue<SerialEvent> mine = new LinkedBlockingQueue<>();
    BlockingQueue<SerialEvent> others = new LinkedBlockingQueue<>();
    CountDownLatch hang = new CountDownLatch(1);
    listen(null, event -> awaitForEver(hang));
    listen(
        null,
        event -> {
          throw new IllegalStateException("hostile");
        });
    listen("somewhere else", others::add);
    listen(comPort, mine::add);
    try (InputStream in = session(SerialDevice.class, port.location()).getInputStream()) {
      sim.send(ByteBuffer.wrap(new byte[] {1, 2}));
      SerialEvent event = next(mine);
      assertThat(event.getType()).isEqualTo(SerialEvent.DATA_AVAILABLE);
      assertThat(event.getComPort()).isEqualTo(comPort);

      sim.send(ByteBuffer.wrap(new byte[] {3}));
      eventually("three bytes").until(() -> in.available() == 3);
      assertThat(mine).isEmpty();

      assertThat(in.read()).isEqualTo(1);
      next(mine);
      assertThat(in.readNBytes(2)).containsExactly(2, 3);
      sim.send(ByteBuffer.wrap(new byte[] {4}));
      next(mine);
      assertThat(in.read()).isEqualTo(4);
    }
    hang.countDown();
    assertThat(others).isEmpty();
  }

  private static void awaitForEver(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException over) {
      Thread.currentThread().interrupt();
    }
  }

  private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
    T next = queue.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(next).isNotNull();
    return next;
  }

  private void listen(String comPort, SerialEventListener listener) {
    Hashtable<String, Object> properties = new Hashtable<>();
    if (comPort != null) {
      properties.put(SerialEventListener.SERIAL_COMPORT, comPort);
    }
    listeners.add(context.registerService(SerialEventListener.class, listener, properties));
  }

  private SerialDevice as(Bundle user, SimPort port) {
    session(SerialDevice.class, port.location());
    return user.getBundleContext().getService(offered(SerialDevice.class, port.location()));
  }

  private static void inUse(org.assertj.core.api.ThrowableAssert.ThrowingCallable setter) {
    assertThatThrownBy(setter)
        .isInstanceOfSatisfying(
            SerialDeviceException.class,
            e -> assertThat(e.getType()).isEqualTo(SerialDeviceException.PORT_IN_USE));
  }

  /** A bundle with nothing in it but the wish to use the standard. */
  private Bundle user(String name) throws Exception {
    Manifest manifest = new Manifest();
    Attributes main = manifest.getMainAttributes();
    main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    main.putValue("Bundle-ManifestVersion", "2");
    main.putValue("Bundle-SymbolicName", "user." + name);
    main.putValue("Import-Package", "org.osgi.service.serial,org.osgi.service.usbinfo");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new JarOutputStream(bytes, manifest).close();
    Bundle bundle =
        context.installBundle(
            "user:" + name + System.nanoTime(), new ByteArrayInputStream(bytes.toByteArray()));
    users.add(bundle);
    bundle.start();
    return bundle;
  }
}
