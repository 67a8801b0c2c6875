package org.bulkhead.transport.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bulkhead.transport.sim.TransportContract.SILENT;
import static org.bulkhead.transport.sim.TransportContract.SINK;
import static org.bulkhead.transport.sim.TransportContract.SOURCE;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.bulkhead.device.transport.BusDevice;
import org.bulkhead.device.transport.BusHandle;
import org.bulkhead.device.transport.BusTransfer;
import org.bulkhead.device.transport.Transport;
import org.bulkhead.device.usb.TransferStatus;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.UsbSpeed;
import org.bulkhead.device.usb.descriptor.TransferType;
import org.bulkhead.transport.sim.SimFaults.Fault;
import org.bulkhead.transport.sim.Wire.Result;
import org.junit.jupiter.api.Test;

class SimBusTest {

  private static ScriptedDevice scripted() {
    return new ScriptedDevice(SimBusContractTest.description());
  }

  @Test
  void steps_happenInOrder() throws Exception {
    ScriptedDevice device = scripted();
    try (Wire wire = new Wire(device)) {
      device.then(
          SOURCE,
          ScriptStep.send(new byte[600]),
          ScriptStep.send(),
          ScriptStep.babble(),
          ScriptStep.error(),
          ScriptStep.stall(),
          ScriptStep.send((byte) 5));
      Result data = wire.in(SOURCE, 1024);
      assertThat(data.status()).isEqualTo(TransferStatus.COMPLETED);
      assertThat(data.data()).hasSize(600);
      Result empty = wire.in(SOURCE, 1024);
      assertThat(empty.status()).isEqualTo(TransferStatus.COMPLETED);
      assertThat(empty.data()).isEmpty();
      assertThat(wire.in(SOURCE, 1024).status()).isEqualTo(TransferStatus.OVERFLOW);
      assertThat(wire.in(SOURCE, 1024).status()).isEqualTo(TransferStatus.FAULT);
      assertThat(wire.in(SOURCE, 1024).status()).isEqualTo(TransferStatus.STALL);
      assertThat(wire.in(SOURCE, 1024).status()).isEqualTo(TransferStatus.STALL);
      wire.handle.clearHalt(SOURCE);
      assertThat(wire.in(SOURCE, 1024).data()).containsExactly(5);
    }
  }

  @Test
  void packetLargerThanTheRoom_overflowsWithWhatFits() throws Exception {
    ScriptedDevice device = scripted().then(SOURCE, ScriptStep.send(new byte[] {1, 2, 3, 4}));
    try (Wire wire = new Wire(device)) {
      Result result = wire.in(SOURCE, 3);
      assertThat(result.status()).isEqualTo(TransferStatus.OVERFLOW);
      assertThat(result.data()).containsExactly(1, 2, 3);
    }
  }

  @Test
  void out_isTakenWholeAndZeroLength() throws Exception {
    ScriptedDevice device = scripted();
    try (Wire wire = new Wire(device)) {
      byte[] data = new byte[1300];
      data[1299] = 9;
      assertThat(wire.out(SINK, data).data()).isEqualTo(data);
      assertThat(wire.out(SINK, new byte[0]).status()).isEqualTo(TransferStatus.COMPLETED);
      assertThat(device.taken(SINK)).isEqualTo(data);
    }
  }

  @Test
  void waitingStep_delaysOnlyItsEndpoint() throws Exception {
    ScriptedDevice device =
        scripted().then(SOURCE, ScriptStep.after(Duration.ofMillis(5)), ScriptStep.send((byte) 1));
    try (Wire wire = new Wire(device)) {
      long start = System.nanoTime();
      assertThat(wire.in(SOURCE, 64).data()).containsExactly(1);
      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(5_000_000);
    }
  }

  @Test
  void disconnectStep_unplugs() throws Exception {
    ScriptedDevice device = scripted().then(SOURCE, ScriptStep.disconnect());
    try (Wire wire = new Wire(device)) {
      device.disconnects(wire.port);
      assertThat(wire.in(SOURCE, 64).status()).isEqualTo(TransferStatus.DISCONNECTED);
      wire.events.departure();
      assertThat(wire.port.plugged()).isFalse();
    }
  }

  @Test
  void faults_strikeTheirTransfers() throws Exception {
    ScriptedDevice device = scripted();
    for (int i = 0; i < 8; i++) {
      device.then(SOURCE, ScriptStep.send(new byte[] {1, 2, 3, 4}));
    }
    try (Wire wire = new Wire(device)) {
      SimFaults faults = wire.port.faults();
      faults.add(Fault.CORRUPT, SOURCE, 1, 1);
      faults.next(Fault.CORRUPT, 1);
      assertThat(wire.out(SINK, new byte[] {0, 7}).data()).containsExactly(0, 7);
      assertThat(device.taken(SINK)).containsExactly(-1, 7);
      assertThat(wire.in(SOURCE, 64).data()).containsExactly(1, 2, 3, 4);
      assertThat(wire.in(SOURCE, 64).data()).containsExactly(~1, 2, 3, 4);
      faults.next(Fault.SHORT, 1);
      assertThat(wire.in(SOURCE, 64).data()).containsExactly(1, 2);
      faults.next(Fault.STALL, 1);
      assertThat(wire.in(SOURCE, 64).status()).isEqualTo(TransferStatus.STALL);
      wire.handle.clearHalt(SOURCE);
      faults.next(Fault.BABBLE, 1);
      assertThat(wire.in(SOURCE, 64).status()).isEqualTo(TransferStatus.OVERFLOW);
      faults.next(Fault.ERROR, 1);
      assertThat(wire.in(SOURCE, 64).status()).isEqualTo(TransferStatus.FAULT);
      faults.add(Fault.UNPLUG, SimFaults.ANY_ENDPOINT, 1, 1);
      assertThat(wire.in(SOURCE, 64).status()).isEqualTo(TransferStatus.COMPLETED);
      assertThat(wire.in(SOURCE, 64).status()).isEqualTo(TransferStatus.DISCONNECTED);
    }
  }

  @Test
  void droppedTransfer_endsWhenCancelled() throws Exception {
    try (Wire wire = new Wire(scripted().then(SOURCE, ScriptStep.send((byte) 1)))) {
      wire.port.faults().next(Fault.DROP, 1);
      BlockingQueue<BusTransfer> done = new LinkedBlockingQueue<>();
      BusTransfer transfer = wire.handle.allocate(TransferType.BULK, SOURCE, 64, 0, done::add);
      transfer.submit(64);
      wire.out(SINK, new byte[1]);
      assertThat(done).isEmpty();
      transfer.cancel();
      assertThat(Events.next(done, "the cancelled one").status())
          .isEqualTo(TransferStatus.CANCELLED);
      assertThat(wire.in(SOURCE, 64).data()).containsExactly(1);
    }
  }

  @Test
  void latency_followsTheClock() throws Exception {
    AtomicLong clock = new AtomicLong();
    SimBus bus = new SimBus(clock::get);
    SimPort port = bus.plug(scripted());
    port.faults().latency(Duration.ofSeconds(3600));
    Events events = new Events();
    BlockingQueue<BusTransfer> done = new LinkedBlockingQueue<>();
    try (Transport.Watch watch = bus.watch(events);
        BusHandle handle = events.arrival().open()) {
      assertThat(watch).isNotNull();
      handle.claim(0);
      BusTransfer transfer = handle.allocate(TransferType.BULK, SINK, 64, 0, done::add);
      transfer.submit(64);
      clock.addAndGet(Duration.ofSeconds(3599).toNanos());
      bus.timePassed();
      port.faults().latency(Duration.ZERO);
      BusTransfer control = handle.allocate(TransferType.CONTROL, 0, 8, 0, done::add);
      control.buffer().putLong(0, 1L << 16 | 0x0900);
      control.submit(8);
      assertThat(Events.next(done, "the one without latency")).isSameAs(control);
      clock.addAndGet(Duration.ofSeconds(1).toNanos());
      bus.timePassed();
      assertThat(Events.next(done, "the late one")).isSameAs(transfer);
    }
  }

  @Test
  void refusalsSetOnThePort_nameThemselves() throws Exception {
    SimBus bus = new SimBus();
    SimPort port = bus.plug(scripted());
    Events events = new Events();
    try (Transport.Watch watch = bus.watch(events)) {
      assertThat(watch).isNotNull();
      BusDevice device = events.arrival();
      port.faults().denyOpen(true);
      TransportContract.assertKind(Kind.DENIED, device::open);
      port.faults().denyOpen(false);
      port.faults().holdInterface(0, true);
      try (BusHandle handle = device.open()) {
        TransportContract.assertKind(Kind.BUSY, () -> handle.claim(0));
        port.faults().holdInterface(0, false);
        handle.claim(0);
      }
    }
  }

  @Test
  void isochronous_fillsPacketsAtTheirPace() throws Exception {
    SimDescription description =
        SimDescription.builder(0x1209, 0x0004)
            .speed(UsbSpeed.FULL)
            .configuration(1)
            .interfaceSetting(0, 0, 0xff, 0, 0)
            .endpoint(SOURCE, TransferType.ISOCHRONOUS, 16, 1)
            .build();
    ScriptedDevice device =
        new ScriptedDevice(description)
            .then(SOURCE, ScriptStep.send(new byte[20]), ScriptStep.error());
    try (Wire wire = new Wire(device)) {
      BlockingQueue<BusTransfer> done = new LinkedBlockingQueue<>();
      BusTransfer transfer =
          wire.handle.allocate(TransferType.ISOCHRONOUS, SOURCE, 64, 4, done::add);
      long start = System.nanoTime();
      transfer.submit(64);
      Events.next(done, "four frames");
      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(4_000_000);
      assertThat(transfer.packetLengthBytes(0)).isEqualTo(16);
      assertThat(transfer.packetLengthBytes(1)).isEqualTo(4);
      assertThat(transfer.packetStatus(2)).isEqualTo(TransferStatus.FAULT);
      assertThat(transfer.packetLengthBytes(3)).isZero();
    }
  }

  @Test
  void modelThatThrows_failsItsTransferOnly() throws Exception {
    ScriptedDevice device =
        scripted()
            .on(
                SOURCE,
                packet -> {
                  throw new IllegalStateException("a test's own fault");
                });
    try (Wire wire = new Wire(device)) {
      assertThat(wire.in(SOURCE, 64).status()).isEqualTo(TransferStatus.FAULT);
      assertThat(wire.out(SINK, new byte[3]).status()).isEqualTo(TransferStatus.COMPLETED);
    }
  }

  @Test
  void sameDeviceOrPortTwice_isRefused() {
    SimBus bus = new SimBus();
    ScriptedDevice device = scripted();
    SimPort port = bus.plug(device, 3);
    assertThat(port.location()).isEqualTo("sim-3");
    assertThatThrownBy(() -> bus.plug(device)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> bus.plug(scripted(), 3)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> bus.plug(scripted(), 0)).isInstanceOf(IllegalArgumentException.class);
    assertThat(bus.plug(scripted()).location()).isEqualTo("sim-1");
    assertThat(bus.port("sim-3")).contains(port);
    port.unplug();
    assertThat(bus.port("sim-3")).isEmpty();
  }

  @Test
  void thousandDevices_comeAndGoOnOneThread() throws Exception {
    SimBus bus = new SimBus();
    Events events = new Events();
    int threads = Thread.activeCount();
    try (Transport.Watch watch = bus.watch(events)) {
      assertThat(watch).isNotNull();
      List<SimPort> ports = new ArrayList<>();
      for (int i = 0; i < 1000; i++) {
        ports.add(bus.plug(scripted()));
      }
      List<BusHandle> handles = new ArrayList<>();
      Set<String> addresses = new HashSet<>();
      BlockingQueue<BusTransfer> done = new LinkedBlockingQueue<>();
      for (int i = 0; i < 1000; i++) {
        BusDevice device = events.arrival();
        addresses.add(device.busNumber() + "/" + device.address());
        assertThat(device.address()).isBetween(1, 127);
        BusHandle handle = device.open();
        handle.claim(0);
        handle.allocate(TransferType.INTERRUPT, SILENT, 8, 0, done::add).submit(8);
        handles.add(handle);
      }
      assertThat(addresses).hasSize(1000);
      assertThat(Thread.activeCount()).isLessThanOrEqualTo(threads + 1);
      ports.forEach(SimPort::unplug);
      for (int i = 0; i < 1000; i++) {
        events.departure();
        assertThat(Events.next(done, "a disconnected one").status())
            .isEqualTo(TransferStatus.DISCONNECTED);
      }
      handles.forEach(BusHandle::close);
      ports.forEach(SimPort::replug);
      for (int i = 0; i < 1000; i++) {
        events.arrival();
      }
    }
    assertThat(events.departures).hasSize(1000);
  }
}
