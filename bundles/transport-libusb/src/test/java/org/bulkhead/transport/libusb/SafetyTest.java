package org.bulkhead.transport.libusb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bulkhead.device.transport.BusCompletion;
import org.bulkhead.device.transport.BusDevice;
import org.bulkhead.device.transport.BusHandle;
import org.bulkhead.device.transport.BusTransfer;
import org.bulkhead.device.usb.TransferStatus;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.descriptor.TransferType;
import org.junit.jupiter.api.Test;

/**
 * Every call that is known to crash the JVM, to hang it or to damage it in silence, tried through
 * the SPI. Each ends in an exception or a sane completion, and the device works afterwards.
 */
@UmockdevTest
class SafetyTest extends BusTest {

  private static final int LOOP_IN = 0x81;
  private static final int SINK = 0x02;
  private static final int SOURCE = 0x82;

  private static void assertKind(Kind kind, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(UsbException.class, e -> assertThat(e.kind()).isEqualTo(kind));
  }

  private static void assertWorks(BusHandle handle) throws UsbException {
    assertThat(Flight.bulk(handle, SOURCE, 512).submit(512).await())
        .isEqualTo(TransferStatus.COMPLETED);
  }

  // --- seen to crash the JVM ---

  @Test
  void freeingInFlight_cancelsFirstAndCompletesNoMore(Simulator simulator) throws Exception {
    BusHandle handle = open(simulator);
    List<Flight> freed = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      Flight flight = Flight.bulk(handle, LOOP_IN, 512).submit(512);
      flight.transfer.free();
      flight.transfer.free();
      freed.add(flight);
    }

    Bus.until("all to be cancelled", () -> simulator.count(PORT, "pending") == 0);
    assertWorks(handle);
    assertThat(freed).allSatisfy(flight -> assertThat(flight.completions()).isZero());
    assertKind(Kind.INVALID, () -> freed.get(0).transfer.submit(1));
  }

  @Test
  void freeingInTheCompletion_waitsForTheCallbackToEnd(Simulator simulator) throws Exception {
    BusHandle handle = open(simulator);
    CountDownLatch ended = new CountDownLatch(50);
    for (int i = 0; i < 50; i++) {
      handle
          .allocate(
              TransferType.BULK,
              SOURCE,
              512,
              0,
              transfer -> {
                transfer.free();
                ended.countDown();
              })
          .submit(512);
    }

    assertThat(ended.await(30, TimeUnit.SECONDS)).isTrue();
    assertWorks(handle);
  }

  @Test
  void submittingWithNoHandle_isRefused(Simulator simulator) throws Exception {
    BusHandle handle = open(simulator);
    Flight flight = Flight.bulk(handle, SOURCE, 512);

    handle.close();

    assertKind(Kind.DISCONNECTED, () -> flight.submit(512));
    flight.transfer.cancel();
    flight.transfer.free();
    assertThat(flight.transfer.buffer().put(0, (byte) 1).capacity()).isEqualTo(512);
  }

  @Test
  void controlWhoseLengthExceedsTheBuffer_isRefused(Simulator simulator) throws Exception {
    BusHandle handle = open(simulator);
    Flight flight = Flight.control(handle, 8).setup(0xc0, 1, 0, 0, 4000);

    assertKind(Kind.INVALID, () -> flight.submit(16));
    assertKind(Kind.INVALID, () -> flight.submit(4008));
    assertKind(Kind.INVALID, () -> flight.submit(7));
    assertKind(Kind.INVALID, () -> flight.submit(0));
    assertKind(Kind.INVALID, () -> flight.submit(-1));
    flight.setup(0xc0, 1, 0, 0, 65535);
    assertKind(Kind.INVALID, () -> flight.submit(8 + 65535));
    assertThat(flight.setup(0xc0, 2, 1, 2, 4).submit(12).await())
        .isEqualTo(TransferStatus.COMPLETED);
  }

  @Test
  void closingWithTransfersPending_cancelsAndAwaitsThem(Simulator simulator) throws Exception {
    BusHandle handle = open(simulator);
    List<Flight> flights = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      flights.add(Flight.bulk(handle, LOOP_IN, 512).submit(512));
    }

    handle.close();

    assertThat(flights)
        .allSatisfy(flight -> assertThat(flight.completions()).isEqualTo(1))
        .allSatisfy(
            flight -> assertThat(flight.transfer.status()).isEqualTo(TransferStatus.CANCELLED));
    Bus.until("the node to be closed", () -> simulator.count(PORT, "opens") == 0);
  }

  @Test
  void closingTwiceOrFromManyThreads_closesOnce(Simulator simulator) throws Exception {
    BusHandle handle = open(simulator);
    BusHandle other = bus.open(PORT);

    inParallel(4, thread -> handle.close());
    handle.close();

    assertKind(Kind.DISCONNECTED, () -> handle.claim(0));
    other.claim(1);
    assertWorks(other);
  }

  @Test
  void openingAndClosingManyTimes_keepsTheDevicesReferencesRight(Simulator simulator)
      throws Exception {
    simulator.plug(PORT);
    BusDevice device = bus.device(PORT);
    for (int i = 0; i < 50; i++) {
      BusHandle handle = device.open();
      handle.close();
      handle.close();
    }
    simulator.unplug(PORT);
    Bus.until("it to leave", () -> bus.told.stream().anyMatch(line -> line.startsWith("left 1-1")));
    simulator.plug(PORT);

    assertWorks(bus.open(PORT, 1));
  }

  @Test
  void descriptorsAfterItLeftAndAfterTheWatchEnded_areStillThere(Simulator simulator)
      throws Exception {
    simulator.plug(PORT);
    BusDevice device = bus.device(PORT);
    byte[] before = device.descriptors();
    before[0] = 0;
    simulator.unplug(PORT);
    bus.close();

    assertThat(device.descriptors()).hasSizeGreaterThan(18).startsWith(18, 1);
    assertThat(device.product()).isEqualTo("Widget");
  }

  @Test
  void endingTheWatchUnderTraffic_endsTheEventThreadFirst(Simulator simulator) throws Exception {
    BusHandle handle = open(simulator);
    AtomicInteger completions = new AtomicInteger();
    for (int i = 0; i < 8; i++) {
      handle.allocate(TransferType.BULK, SINK, 512, 0, again(completions)).submit(512);
    }
    Bus.until("traffic", () -> completions.get() > 100);

    bus.close();

    int ended = completions.get();
    assertKind(Kind.DISCONNECTED, () -> handle.claim(0));
    assertThat(completions).hasValue(ended);
  }

  @Test
  void transfersThatNeverComeBack_areLeftOpenAndSaidSo(Simulator simulator) throws Exception {
    BusHandle handle = open(simulator);
    simulator.hold(PORT, 0);
    simulator.failRequest(PORT, "discard", "EIO", 1_000);
    Flight stuck = Flight.control(handle, 8).setup(0xc0, 2, 0, 0, 4).submit(12);

    handle.close();
    bus.close();

    assertThat(bus.warnings())
        .anyMatch(line -> line.contains("1-1 (1209:0001 Widget) is left open"))
        .anyMatch(line -> line.contains("context is left as it is, for 1 handles"));
    assertKind(Kind.DISCONNECTED, () -> stuck.submit(12));
    stuck.transfer.free();
    simulator.resume(PORT, 0);
    bus = new Bus();
    assertWorks(bus.open(PORT, 1));
  }

  @Test
  void transfersThatCannotBeCancelled_endWithTheirClaim(Simulator simulator) throws Exception {
    BusHandle handle = open(simulator);
    simulator.failRequest(PORT, "discard", "EIO", 1_000);
    Flight stuck = Flight.bulk(handle, LOOP_IN, 512).submit(512);

    handle.close();

    stuck.await();
    Bus.until("the node to be closed", () -> simulator.count(PORT, "opens") == 0);
  }

  @Test
  void openingAfterTheWatchEnded_isRefused(Simulator simulator) {
    simulator.plug(PORT);
    BusDevice device = bus.device(PORT);
    bus.close();

    assertKind(Kind.DISCONNECTED, device::open);
  }

  @Test
  void buffers_areOursAndWritable(Simulator simulator) throws Exception {
    BusTransfer transfer = Flight.bulk(open(simulator), SOURCE, 512).transfer;

    assertThat(transfer.buffer().isDirect()).isTrue();
    assertThat(transfer.buffer().isReadOnly()).isFalse();
    assertThat(transfer.buffer()).isSameAs(transfer.buffer());
  }

  @Test
  void numbersThatNameNothing_areRefused(Simulator simulator) throws Exception {
    BusHandle handle = open(simulator);
    BusCompletion none = transfer -> {};

    for (int number : new int[] {-1, 2, 31, 32, 255, 256, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      assertKind(Kind.INVALID, () -> handle.claim(number));
      assertKind(Kind.INVALID, () -> handle.release(number));
      assertKind(Kind.INVALID, () -> handle.select(number, 0));
    }
    for (int setting : new int[] {-1, 2, 256, Integer.MAX_VALUE}) {
      assertKind(Kind.INVALID, () -> handle.select(0, setting));
    }
    for (int endpoint : new int[] {-1, 0, 0x80, 0x04, 0x181, Integer.MIN_VALUE}) {
      assertKind(Kind.INVALID, () -> handle.clearHalt(endpoint));
      assertKind(Kind.INVALID, () -> handle.allocate(TransferType.BULK, endpoint, 64, 0, none));
    }
    for (int capacity : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, (16 << 20) + 1}) {
      assertKind(Kind.INVALID, () -> handle.allocate(TransferType.BULK, SOURCE, capacity, 0, none));
    }
    assertKind(Kind.INVALID, () -> handle.allocate(TransferType.CONTROL, 0x81, 64, 0, none));
    assertKind(Kind.INVALID, () -> handle.allocate(TransferType.INTERRUPT, SOURCE, 64, 0, none));
    assertKind(Kind.INVALID, () -> handle.allocate(TransferType.BULK, SOURCE, 64, 4, none));
    assertKind(Kind.INVALID, () -> handle.allocate(TransferType.ISOCHRONOUS, SOURCE, 64, 4, none));
    Flight flight = Flight.bulk(handle, SOURCE, 64);
    assertKind(Kind.INVALID, () -> flight.submit(65));
    assertKind(Kind.INVALID, () -> flight.submit(-1));
    assertWorks(handle);
  }

  // --- seen to hang ---

  @Test
  void closingInACompletion_isDoneElsewhere(Simulator simulator) throws Exception {
    BusHandle handle = open(simulator);
    AtomicReference<Throwable> inside = new AtomicReference<>();
    CountDownLatch ended = new CountDownLatch(1);
    BusTransfer transfer =
        handle.allocate(
            TransferType.BULK,
            SOURCE,
            512,
            0,
            completed -> {
              try {
                handle.clearHalt(SOURCE);
              } catch (UsbException e) {
                inside.set(e);
              }
              handle.close();
              ended.countDown();
            });
    transfer.submit(512);

    assertThat(ended.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(inside.get())
        .isInstanceOfSatisfying(
            UsbException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID));
    Bus.until("the node to be closed", () -> simulator.count(PORT, "opens") == 0);
  }

  @Test
  void aDeviceAfterItLeft_isNotTouched(Simulator simulator) throws Exception {
    simulator.plug(PORT);
    BusDevice device = bus.device(PORT);
    simulator.unplug(PORT);

    assertKind(Kind.DISCONNECTED, device::open);
    Bus.until("it to leave", () -> bus.told.stream().anyMatch(line -> line.startsWith("left 1-1")));
    assertKind(Kind.DISCONNECTED, device::open);
    assertThat(device.address()).isPositive();
  }

  @Test
  void closingWhileOtherThreadsCall_waitsForThem(Simulator simulator) throws Exception {
    simulator.plug(PORT);
    for (int round = 0; round < 20; round++) {
      BusHandle handle = bus.open(PORT, 0, 1);
      inParallel(
          5,
          thread -> {
            if (thread == 0) {
              handle.close();
              return;
            }
            try {
              while (true) {
                switch (thread) {
                  case 1 -> handle.clearHalt(SOURCE);
                  case 2 -> handle.select(0, 1);
                  case 3 -> handle.reset();
                  default -> Flight.bulk(handle, SINK, 64).submit(64).transfer.free();
                }
              }
            } catch (UsbException e) {
              // A reset or a selection by another thread may refuse a submission meanwhile.
              assertThat(e.kind()).isIn(Kind.DISCONNECTED, Kind.INVALID);
            }
          });
    }
    assertWorks(bus.open(PORT, 1));
  }

  // --- seen to do damage in silence ---

  @Test
  void afterClose_everythingIsRefused(Simulator simulator) throws Exception {
    BusHandle handle = open(simulator);
    handle.close();

    assertKind(Kind.DISCONNECTED, () -> handle.claim(-1));
    assertKind(Kind.DISCONNECTED, () -> handle.release(0));
    assertKind(Kind.DISCONNECTED, () -> handle.select(0, 0));
    assertKind(Kind.DISCONNECTED, () -> handle.clearHalt(1));
    assertKind(Kind.DISCONNECTED, handle::reset);
    assertKind(Kind.DISCONNECTED, () -> Flight.bulk(handle, SOURCE, 64));
  }

  @Test
  void submittingOnAnUnclaimedInterface_isRefused(Simulator simulator) throws Exception {
    simulator.plug(PORT);
    BusHandle handle = bus.open(PORT);
    Flight flight = Flight.bulk(handle, SOURCE, 64);

    assertKind(Kind.INVALID, () -> flight.submit(64));
    assertThat(simulator.count(PORT, "claims")).isZero();
    handle.claim(1);
    assertThat(flight.submit(64).await()).isEqualTo(TransferStatus.COMPLETED);
    assertKind(Kind.INVALID, () -> handle.release(0));
  }

  @Test
  void submittingInFlight_isRefused(Simulator simulator) throws Exception {
    Flight flight = Flight.bulk(open(simulator), LOOP_IN, 64).submit(64);

    assertKind(Kind.INVALID, () -> flight.submit(64));
  }

  @Test
  void completionsThatThrow_areEachLoggedAndHarmless(Simulator simulator) throws Exception {
    BusHandle handle = open(simulator);
    simulator.hold(PORT, SOURCE);
    for (int i = 0; i < 4; i++) {
      String name = "failure " + i;
      handle
          .allocate(
              TransferType.BULK,
              SOURCE,
              64,
              0,
              transfer -> {
                throw new IllegalStateException(name);
              })
          .submit(64);
    }
    simulator.resume(PORT, SOURCE);
    assertWorks(handle);

    for (int i = 0; i < 4; i++) {
      String name = "failure " + i;
      assertThat(bus.warnings()).anyMatch(line -> line.contains(name));
    }
  }

  @Test
  void transfersNeverFreed_areFreedByClose(Simulator simulator) throws Exception {
    WeakReference<ByteBuffer> buffer = leaveBehind(open(simulator));

    Bus.until(
        "the buffer to be collected",
        () -> {
          System.gc();
          return buffer.get() == null;
        });
  }

  private static WeakReference<ByteBuffer> leaveBehind(BusHandle handle) throws UsbException {
    Flight flight = Flight.bulk(handle, SOURCE, 512);
    flight.submit(512).await();
    handle.close();
    return new WeakReference<>(flight.transfer.buffer());
  }

  // --- races ---

  @Test
  void closeRacesWithCompletions_alwaysEnds(Simulator simulator) throws Exception {
    simulator.plug(PORT);
    for (int round = 0; round < 60; round++) {
      BusHandle handle = bus.open(PORT, 0, 1);
      AtomicInteger completions = new AtomicInteger();
      List<BusTransfer> transfers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        transfers.add(handle.allocate(TransferType.BULK, SINK, 64, 0, again(completions)));
        transfers.add(handle.allocate(TransferType.BULK, SOURCE, 64, 0, again(completions)));
      }
      for (BusTransfer transfer : transfers) {
        transfer.submit(64);
      }
      int until = round % 7 * 3;
      Bus.until("some completions", () -> completions.get() >= until);
      handle.close();
      int ended = completions.get();
      assertThat(simulator.count(PORT, "pending")).isZero();
      assertThat(completions).hasValue(ended);
    }
  }

  @Test
  void cancelRacesWithCompletion_completesExactlyOnce(Simulator simulator) throws Exception {
    BusHandle handle = open(simulator);
    Flight flight = Flight.bulk(handle, SINK, 64);
    for (int round = 0; round < 300; round++) {
      flight.submit(64);
      if (round % 3 != 0) {
        Thread.onSpinWait();
      }
      flight.transfer.cancel();
      assertThat(flight.await()).isIn(TransferStatus.COMPLETED, TransferStatus.CANCELLED);
      assertThat(flight.completions()).isZero();
    }
  }

  @Test
  void freeRacesWithCompletion_neverFreesTwice(Simulator simulator) throws Exception {
    BusHandle handle = open(simulator);
    for (int round = 0; round < 300; round++) {
      Flight flight = Flight.bulk(handle, SINK, 64).submit(64);
      if (round % 2 == 0) {
        flight.await();
      }
      inParallel(2, thread -> flight.transfer.free());
    }
    assertWorks(handle);
  }

  private static BusCompletion again(AtomicInteger completions) {
    return transfer -> {
      completions.incrementAndGet();
      if (transfer.status() == TransferStatus.COMPLETED) {
        try {
          transfer.submit(64);
        } catch (UsbException e) {
          // Closed: that is what is being tried.
        }
      }
    };
  }

  private interface Work {
    void run(int thread) throws Exception;
  }

  private static void inParallel(int count, Work work) throws Exception {
    CyclicBarrier start = new CyclicBarrier(count);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int number = i;
      Thread thread =
          new Thread(
              () -> {
                try {
                  start.await();
                  work.run(number);
                } catch (Throwable e) {
                  failure.set(e);
                }
              });
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join(30_000);
      assertThat(thread.isAlive()).as("ended in 30 s").isFalse();
    }
    assertThat(failure.get()).isNull();
  }
}
