package org.bulkhead.transport.chaos.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.bulkhead.device.transport.BusDevice;
import org.bulkhead.device.transport.BusHandle;
import org.bulkhead.device.transport.BusTransfer;
import org.bulkhead.device.transport.Transport;
import org.bulkhead.device.transport.TransportListener;
import org.bulkhead.device.usb.TransferStatus;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.descriptor.TransferType;
import org.bulkhead.transport.chaos.Chaos;
import org.bulkhead.transport.chaos.ChaosFault;
import org.bulkhead.transport.chaos.ChaosRule;
import org.bulkhead.transport.sim.ScriptStep;
import org.bulkhead.transport.sim.ScriptedDevice;
import org.bulkhead.transport.sim.SimBus;
import org.bulkhead.transport.sim.SimDescription;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ChaosTransportTest implements TransportListener {

  private static final int IN = 0x81;
  private static final int OUT = 0x02;
  private static final Duration SOON = Duration.ofMillis(5);

  private final Plans plans = new Plans(0, 1, List.of(), SOON);
  private final BlockingQueue<BusDevice> arrivals = new LinkedBlockingQueue<>();
  private final BlockingQueue<BusDevice> departures = new LinkedBlockingQueue<>();
  private final BlockingQueue<BusTransfer> done = new LinkedBlockingQueue<>();
  private final ScriptedDevice model =
      new ScriptedDevice(
          SimDescription.builder(0x1209, 0x0002)
              .configuration(1)
              .interfaceSetting(0, 0, 0xff, 0, 0)
              .bulk(IN)
              .bulk(OUT)
              .build());
  private Transport.Watch watch;
  private BusDevice device;
  private BusHandle handle;

  @Override
  public void arrived(BusDevice device) {
    arrivals.add(device);
  }

  @Override
  public void left(BusDevice device) {
    departures.add(device);
  }

  @BeforeEach
  void open() throws Exception {
    SimBus bus = new SimBus();
    bus.plug(model);
    watch = new ChaosTransport(bus, plans).watch(this);
    device = next(arrivals);
    handle = device.open();
    handle.claim(0);
  }

  @AfterEach
  void close() {
    handle.close();
    watch.close();
  }

  private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
    T next = queue.poll(20, TimeUnit.SECONDS);
    assertThat(next).as("something within 20 s").isNotNull();
    return next;
  }

  private BusTransfer transfer(int address) throws UsbException {
    return handle.allocate(TransferType.BULK, address, 64, 0, done::add);
  }

  private Chaos.Armed arm(ChaosFault fault, int address, int skip) {
    return plans.arm(new ChaosRule("sim-1", address, fault, skip, 1, SOON));
  }

  private BusTransfer in() throws Exception {
    BusTransfer transfer = transfer(IN);
    transfer.submit(64);
    return next(done);
  }

  private void sends(int... firstBytes) {
    for (int first : firstBytes) {
      model.then(IN, ScriptStep.send(new byte[] {(byte) first, 2, 3, 4}));
    }
  }

  @Test
  void nothingArmed_passesEverything() throws Exception {
    sends(1);
    BusTransfer ended = in();
    assertThat(ended.status()).isEqualTo(TransferStatus.COMPLETED);
    assertThat(ended.actualLengthBytes()).isEqualTo(4);
    assertThat(plans.struck()).allSatisfy((fault, times) -> assertThat(times).isZero());
  }

  @Test
  void stall_haltsUntilTheHaltIsCleared_andTheDeviceSeesNothing() throws Exception {
    sends(1);
    arm(ChaosFault.STALL, IN, 0);
    assertThat(in().status()).isEqualTo(TransferStatus.STALL);
    assertThat(in().status()).isEqualTo(TransferStatus.STALL);
    handle.clearHalt(IN);
    assertThat(in().buffer().get(0)).isEqualTo((byte) 1);
    assertThat(plans.struck()).contains(entry(ChaosFault.STALL, 1L));
  }

  @Test
  void nthTransfer_isTheOneThatSuffers() throws Exception {
    sends(1, 2);
    Chaos.Armed armed = arm(ChaosFault.ERROR, IN, 1);
    assertThat(in().status()).isEqualTo(TransferStatus.COMPLETED);
    assertThat(armed.struck()).isZero();
    assertThat(armed.firstStruckNanos()).isZero();
    assertThat(in().status()).isEqualTo(TransferStatus.FAULT);
    assertThat(armed.struck()).isEqualTo(1);
    assertThat(armed.firstStruckNanos()).isNotZero().isEqualTo(armed.lastStruckNanos());
    assertThat(in().status()).isEqualTo(TransferStatus.COMPLETED);
  }

  @Test
  void otherEndpointAndOtherDevice_doNotSuffer() throws Exception {
    sends(1);
    arm(ChaosFault.STALL, OUT, 0);
    plans.arm(ChaosRule.next("sim-2", ChaosFault.STALL, 1));
    assertThat(in().status()).isEqualTo(TransferStatus.COMPLETED);
  }

  @Test
  void babbleAndShort_tellTheirStatusAndLength() throws Exception {
    sends(1);
    arm(ChaosFault.BABBLE, IN, 0);
    arm(ChaosFault.SHORT, IN, 0);
    assertThat(in().status()).isEqualTo(TransferStatus.OVERFLOW);
    BusTransfer cut = in();
    assertThat(cut.status()).isEqualTo(TransferStatus.COMPLETED);
    assertThat(cut.actualLengthBytes()).isEqualTo(2);
  }

  @Test
  void shortWrite_movesHalf() throws Exception {
    arm(ChaosFault.SHORT, OUT, 0);
    BusTransfer out = transfer(OUT);
    out.submit(64);
    assertThat(next(done).actualLengthBytes()).isEqualTo(32);
    assertThat(model.taken(OUT)).hasSize(32);
  }

  @Test
  void timeout_endsWithItsCancelOnly_andThoseBehindWait() throws Exception {
    sends(1);
    arm(ChaosFault.TIMEOUT, IN, 0);
    BusTransfer first = transfer(IN);
    BusTransfer second = transfer(IN);
    first.submit(64);
    second.submit(64);
    assertThat(done.poll(30, TimeUnit.MILLISECONDS)).isNull();
    first.cancel();
    assertThat(next(done)).isSameAs(first);
    assertThat(first.status()).isEqualTo(TransferStatus.CANCELLED);
    assertThat(next(done)).isSameAs(second);
    assertThat(second.status()).isEqualTo(TransferStatus.COMPLETED);
  }

  @Test
  void late_comesAfterItsDelay_orTellsTheTruthWhenCancelled() throws Exception {
    sends(1, 2);
    arm(ChaosFault.LATE, IN, 0);
    long start = System.nanoTime();
    assertThat(in().actualLengthBytes()).isEqualTo(4);
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(SOON.toNanos());

    plans.arm(new ChaosRule("", IN, ChaosFault.LATE, 0, 1, Duration.ofHours(1)));
    BusTransfer late = transfer(IN);
    late.submit(64);
    for (int i = 0; i < 1_000 && done.isEmpty(); i++) {
      late.cancel();
      Thread.onSpinWait();
    }
    assertThat(next(done).status()).isIn(TransferStatus.COMPLETED, TransferStatus.CANCELLED);
  }

  @Test
  void duplicate_isToldTwice() throws Exception {
    sends(1);
    arm(ChaosFault.DUPLICATE, IN, 0);
    BusTransfer first = in();
    assertThat(next(done)).isSameAs(first);
  }

  @Test
  void reorder_letsTheSecondBeFirst() throws Exception {
    sends(1, 2);
    plans.arm(new ChaosRule("", IN, ChaosFault.REORDER, 0, 1, Duration.ofSeconds(20)));
    BusTransfer first = transfer(IN);
    BusTransfer second = transfer(IN);
    first.submit(64);
    second.submit(64);
    assertThat(next(done)).isSameAs(second);
    assertThat(next(done)).isSameAs(first);
  }

  @Test
  void reorder_ofOneAlone_waitsOnlyForItsDelay() throws Exception {
    sends(1);
    arm(ChaosFault.REORDER, IN, 0);
    assertThat(in().status()).isEqualTo(TransferStatus.COMPLETED);
  }

  @Test
  void corrupt_invertsOneByte_andGivesTheDriverItsOwnBack() throws Exception {
    sends(1);
    arm(ChaosFault.CORRUPT, IN, 0);
    assertThat(in().buffer().get(2)).isEqualTo((byte) ~3);

    arm(ChaosFault.CORRUPT, OUT, 0);
    BusTransfer out = transfer(OUT);
    out.buffer().put(0, new byte[] {1, 2, 3, 4});
    out.submit(4);
    next(done);
    assertThat(model.taken(OUT)).containsExactly(1, 2, ~3, 4);
    assertThat(out.buffer().get(2)).isEqualTo((byte) 3);
  }

  @Test
  void unplug_endsEverything_andTheDeviceComesBack() throws Exception {
    arm(ChaosFault.UNPLUG, OUT, 0);
    BusTransfer waiting = transfer(IN);
    waiting.submit(64);
    BusTransfer struck = transfer(OUT);
    struck.submit(4);
    assertThat(List.of(next(done), next(done))).containsExactlyInAnyOrder(waiting, struck);
    assertThat(waiting.status()).isEqualTo(TransferStatus.DISCONNECTED);
    assertThat(struck.status()).isEqualTo(TransferStatus.DISCONNECTED);
    assertThat(model.taken(OUT)).isEmpty();
    BusDevice gone = next(departures);
    assertThatThrownBy(() -> handle.claim(0))
        .isInstanceOfSatisfying(
            UsbException.class, e -> assertThat(e.kind()).isEqualTo(Kind.DISCONNECTED));
    handle.close();

    BusDevice back = next(arrivals);
    assertThat(back).isNotSameAs(gone);
    assertThat(back.location()).isEqualTo(gone.location());
    sends(7);
    handle = back.open();
    handle.claim(0);
    assertThat(in().buffer().get(0)).isEqualTo((byte) 7);
  }

  @Test
  void portIsSwitched_throughTheDecoration() throws Exception {
    BusDevice decorated = device;
    handle.close();
    decorated.cyclePort();
    assertThat(next(departures)).isSameAs(decorated);
    handle = next(arrivals).open();
    handle.claim(0);
    sends(7);
    assertThat(in().buffer().get(0)).isEqualTo((byte) 7);
  }

  @Test
  void freedInFlight_isNeverCompleted() throws Exception {
    arm(ChaosFault.TIMEOUT, IN, 0);
    BusTransfer transfer = transfer(IN);
    transfer.submit(64);
    transfer.free();
    // The other way round it might end before it is freed.
    transfer.cancel();
    sends(1);
    assertThat(in()).isNotSameAs(transfer);
    assertThat(done).isEmpty();
  }

  @Test
  void takenBack_strikesNoMore() throws Exception {
    sends(1);
    arm(ChaosFault.STALL, IN, 0).close();
    assertThat(in().status()).isEqualTo(TransferStatus.COMPLETED);
  }

  @Test
  void seed_decidesWhatFailsAtRandom() {
    List<ChaosFault> all = List.of(ChaosFault.values());
    Plans one = new Plans(100_000, 7, all, SOON);
    Plans same = new Plans(100_000, 7, all, SOON);
    for (int i = 0; i < 1_000; i++) {
      assertThat(one.next("sim-1", IN)).isEqualTo(same.next("sim-1", IN));
    }
    assertThat(one.struck().values().stream().mapToLong(Long::longValue).sum())
        .isBetween(50L, 200L);
  }
}
