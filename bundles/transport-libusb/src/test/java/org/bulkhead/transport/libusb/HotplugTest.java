package org.bulkhead.transport.libusb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.bulkhead.device.transport.BusDevice;
import org.bulkhead.device.transport.BusHandle;
import org.bulkhead.device.usb.TransferStatus;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.UsbSpeed;
import org.bulkhead.device.usb.descriptor.DescriptorParser;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Devices that come and go, with and without events. */
@UmockdevTest
class HotplugTest {

  private static final String PORT = "1-1";

  private Bus bus;

  @AfterEach
  void close() {
    bus.close();
  }

  private List<String> toldOf(String location) {
    return bus.told.stream().filter(line -> line.contains(" " + location + " ")).toList();
  }

  @Test
  void list_hasTheRootHubAndWhatIsPluggedIn(Simulator simulator) throws Exception {
    int address = simulator.plug(PORT, "serial=S-77", "product=Thing");
    simulator.plug("1-1.2", "vid=0x0403", "pid=0x6001", "speed=12");
    bus = new Bus();

    assertThat(bus.device("usb1").product()).isEqualTo("Simulated root hub");
    BusDevice device = bus.device(PORT);
    assertThat(device.busNumber()).isEqualTo(1);
    assertThat(device.address()).isEqualTo(address);
    assertThat(device.speed()).isEqualTo(UsbSpeed.HIGH);
    assertThat(device.manufacturer()).isEqualTo("Bulkhead tests");
    assertThat(device.product()).isEqualTo("Thing");
    assertThat(device.serialNumber()).isEqualTo("S-77");
    assertThat(device.activeConfiguration()).isEqualTo(1);
    assertThat(DescriptorParser.parse(device.descriptors()).configurations())
        .singleElement()
        .satisfies(configuration -> assertThat(configuration.value()).isEqualTo(1));
    assertThat(bus.device("1-1.2").speed()).isEqualTo(UsbSpeed.FULL);
    assertThat(bus.warnings()).isEmpty();
  }

  @Test
  void replug_isAnotherDeviceAtTheSameLocation(Simulator simulator) throws Exception {
    bus = new Bus();
    int first = simulator.plug(PORT);
    BusDevice before = bus.device(PORT);

    simulator.unplug(PORT);
    int second = simulator.plug(PORT);
    Bus.until("three messages", () -> toldOf(PORT).size() == 3);

    assertThat(toldOf(PORT))
        .containsExactly("arrived 1-1 " + first, "left 1-1 " + first, "arrived 1-1 " + second);
    assertThat(bus.device(PORT)).isNotSameAs(before);
    BusHandle handle = bus.open(PORT, 1);
    assertThat(Flight.bulk(handle, 0x82, 64).submit(64).await())
        .isEqualTo(TransferStatus.COMPLETED);
    assertThat(bus.warnings()).isEmpty();
  }

  @Test
  void manyReplugs_areAllTold(Simulator simulator) throws Exception {
    bus = new Bus();
    for (int round = 1; round <= 20; round++) {
      simulator.plug(PORT);
      int told = 2 * round - 1;
      Bus.until("arrival " + round, () -> toldOf(PORT).size() == told);
      BusHandle handle = bus.open(PORT, 0);
      Flight flight = Flight.bulk(handle, 0x81, 512).submit(512);
      simulator.unplug(PORT);
      assertThat(flight.await()).isEqualTo(TransferStatus.DISCONNECTED);
      if (round % 2 == 0) {
        handle.close();
      }
      Bus.until("departure " + round, () -> toldOf(PORT).size() == told + 1);
    }
    assertThat(bus.warnings()).isEmpty();
  }

  @Test
  void unplugWithTransfersPending_endsEachOnceAsDisconnected(Simulator simulator) throws Exception {
    bus = new Bus();
    simulator.plug(PORT);
    BusHandle handle = bus.open(PORT, 0);
    List<Flight> flights = List.of(Flight.bulk(handle, 0x81, 512), Flight.bulk(handle, 0x81, 512));
    for (Flight flight : flights) {
      flight.submit(512);
    }

    simulator.unplug(PORT);

    for (Flight flight : flights) {
      assertThat(flight.await()).isEqualTo(TransferStatus.DISCONNECTED);
    }
    Bus.until("it to leave", () -> toldOf(PORT).size() == 2);
    assertThat(flights).allSatisfy(flight -> assertThat(flight.completions()).isZero());
    assertThatThrownBy(() -> handle.claim(-1))
        .isInstanceOfSatisfying(
            UsbException.class, e -> assertThat(e.kind()).isEqualTo(Kind.DISCONNECTED));
    handle.close();
  }

  @Test
  void withoutUdevd_devicesAreFoundByPollingAndItIsSaidOnce(Simulator simulator) throws Exception {
    bus = new Bus(300, 100);
    bus.device("usb1");
    simulator.udevd(false);

    for (int round = 1; round <= 4; round++) {
      simulator.plug(PORT);
      BusHandle handle = bus.open(PORT, 0, 1);
      assertThat(Flight.bulk(handle, 0x82, 64).submit(64).await())
          .isEqualTo(TransferStatus.COMPLETED);
      Flight pending = Flight.bulk(handle, 0x81, 64).submit(64);
      simulator.unplug(PORT);
      assertThat(pending.await()).isEqualTo(TransferStatus.DISCONNECTED);
      int told = 2 * round;
      Bus.until("departure " + round, () -> toldOf(PORT).size() == told);
      handle.close();
    }
    Bus.until("a warning", () -> !bus.warnings().isEmpty());
    simulator.plug(PORT);
    bus.device(PORT);

    assertThat(bus.warnings())
        .singleElement()
        .satisfies(line -> assertThat(line).contains("without hot-plug events", "udevd"));
  }

  @Test
  void withEvents_nothingIsSaidOfPolling(Simulator simulator) {
    bus = new Bus(100, 100);
    for (int round = 1; round <= 10; round++) {
      int told = 2 * round;
      simulator.plug(PORT);
      Bus.until("arrival", () -> toldOf(PORT).size() == told - 1);
      simulator.unplug(PORT);
      Bus.until("departure", () -> toldOf(PORT).size() == told);
    }

    assertThat(bus.warnings()).isEmpty();
  }

  @Test
  void resetThatLosesTheDevice_isADepartureAndAnArrival(Simulator simulator) throws Exception {
    bus = new Bus();
    simulator.plug(PORT);
    BusHandle handle = bus.open(PORT, 0);
    simulator.failRequest(PORT, "reset", "ENODEV", 1);

    assertThatThrownBy(handle::reset)
        .isInstanceOfSatisfying(
            UsbException.class, e -> assertThat(e.kind()).isEqualTo(Kind.DISCONNECTED));

    Bus.until("three messages", () -> toldOf(PORT).size() == 3);
    handle.close();
    bus.open(PORT, 0);
  }

  @Test
  void alternateSettingThatTheKernelSelects_isTold(Simulator simulator) throws Exception {
    bus = new Bus(100, 100);
    int address = simulator.plug(PORT);
    BusDevice device = bus.device(PORT);
    assertThat(device.alternateSetting(0)).isZero();
    assertThat(device.interfaceName(0)).isEmpty();

    simulator.alternate(PORT, 0, 1, "Loopback");
    Bus.until("it to be told", () -> toldOf(PORT).size() == 2);

    assertThat(toldOf(PORT)).containsExactly("arrived 1-1 " + address, "altered 1-1 " + address);
    assertThat(device.alternateSetting(0)).isEqualTo(1);
    assertThat(device.interfaceName(0)).isEqualTo("Loopback");
    assertThat(device.alternateSetting(9)).isZero();
  }

  @Test
  void endOfTheWatch_reportsEveryDeviceAsGone(Simulator simulator) {
    simulator.plug(PORT);
    simulator.plug("1-1.2");
    bus = new Bus();
    bus.device("1-1.2");

    bus.close();

    assertThat(bus.told.stream().filter(line -> line.startsWith("left")))
        .hasSize(3)
        .last()
        .asString()
        .startsWith("left usb1");
  }
}
