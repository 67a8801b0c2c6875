package org.bulkhead.transport.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bulkhead.device.transport.BusCompletion;
import org.bulkhead.device.transport.BusDevice;
import org.bulkhead.device.transport.BusHandle;
import org.bulkhead.device.transport.BusTransfer;
import org.bulkhead.device.transport.Transport;
import org.bulkhead.device.usb.TransferStatus;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.descriptor.TransferType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What the SPI promises, for any transport. The device has interface 0 with bulk IN 0x81, which
 * sends full packets for ever, bulk OUT 0x02, which takes everything, and interrupt IN 0x83, which
 * never answers; interface 1 has no endpoints, and an alternate setting 1.
 */
abstract class TransportContract {

  static final int SOURCE = 0x81;
  static final int SINK = 0x02;
  static final int SILENT = 0x83;

  final Events events = new Events();
  final BlockingQueue<BusTransfer> done = new LinkedBlockingQueue<>();
  Transport transport;
  Transport.Watch watch;
  BusDevice device;
  BusHandle handle;

  abstract Transport transportWithDevice();

  abstract void unplug();

  abstract void replug();

  /** A part of the name of the transport's threads. */
  abstract String threadName();

  @BeforeEach
  void open() throws Exception {
    transport = transportWithDevice();
    watch = transport.watch(events);
    device = events.arrival();
    handle = device.open();
    handle.claim(0);
  }

  @AfterEach
  void close() {
    handle.close();
    watch.close();
    assertThat(threads()).as("threads left").isEmpty();
  }

  private List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(n -> n.contains(threadName()))
        .toList();
  }

  BusTransfer allocate(TransferType type, int address, int capacity, BusCompletion completion)
      throws UsbException {
    return handle.allocate(type, address, capacity, 0, completion);
  }

  BusTransfer silent() throws UsbException {
    BusTransfer transfer = allocate(TransferType.INTERRUPT, SILENT, 8, done::add);
    transfer.submit(8);
    return transfer;
  }

  BusTransfer completion() throws InterruptedException {
    return Events.next(done, "a completion");
  }

  static void assertKind(Kind kind, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            UsbException.class, e -> assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind));
  }

  @Test
  void watchClosed_reportsDepartureAndEndsThread() throws Exception {
    assertThat(threads()).hasSize(1);
    watch.close();
    assertThat(events.departure()).isSameAs(device);
    assertThat(threads()).isEmpty();
    watch.close();
    assertKind(Kind.DISCONNECTED, () -> device.open());
  }

  @Test
  void watchAgain_reportsTheDeviceAsNew() throws Exception {
    watch.close();
    watch = transport.watch(events);
    BusDevice again = events.arrival();
    assertThat(again).isNotSameAs(device);
    assertThat(again.location()).isEqualTo(device.location());
    again.open().close();
  }

  @Test
  void replug_sameLocationOtherAddress() throws Exception {
    unplug();
    assertThat(events.departure()).isSameAs(device);
    replug();
    BusDevice again = events.arrival();
    assertThat(again.location()).isEqualTo(device.location());
    assertThat(again.address()).isNotEqualTo(device.address());
  }

  @Test
  void claims_areExclusive() throws Exception {
    try (BusHandle other = device.open()) {
      assertKind(Kind.BUSY, () -> other.claim(0));
      handle.release(0);
      other.claim(0);
      assertKind(Kind.INVALID, () -> handle.release(0));
    }
    handle.claim(0);
  }

  @Test
  void numbersOfNothing_areInvalid() {
    assertKind(Kind.INVALID, () -> handle.claim(7));
    assertKind(Kind.INVALID, () -> handle.claim(-1));
    assertKind(Kind.INVALID, () -> handle.release(1));
    assertKind(Kind.INVALID, () -> handle.release(300));
    assertKind(Kind.INVALID, () -> handle.select(0, 9));
    assertKind(Kind.INVALID, () -> handle.select(1, 1));
    for (int address : new int[] {0x84, 0x01, -1, 0x181, 0x10081, Integer.MIN_VALUE}) {
      assertKind(Kind.INVALID, () -> handle.clearHalt(address));
      assertKind(Kind.INVALID, () -> allocate(TransferType.BULK, address, 8, done::add));
    }
    assertKind(Kind.INVALID, () -> allocate(TransferType.INTERRUPT, SOURCE, 8, done::add));
    assertKind(Kind.INVALID, () -> allocate(TransferType.CONTROL, SOURCE, 8, done::add));
    assertKind(Kind.INVALID, () -> allocate(TransferType.CONTROL, 0, 7, done::add));
    assertKind(Kind.INVALID, () -> allocate(TransferType.BULK, SOURCE, -1, done::add));
    assertKind(
        Kind.INVALID, () -> allocate(TransferType.BULK, SOURCE, Integer.MAX_VALUE, done::add));
    assertKind(Kind.INVALID, () -> handle.allocate(TransferType.BULK, SOURCE, 8, 3, done::add));
  }

  @Test
  void unclaimedInterface_givesNoTransfers() throws Exception {
    BusTransfer transfer = allocate(TransferType.BULK, SOURCE, 64, done::add);
    handle.release(0);
    assertKind(Kind.INVALID, () -> transfer.submit(64));
    assertKind(Kind.INVALID, () -> allocate(TransferType.BULK, SOURCE, 64, done::add));
  }

  @Test
  void submit_inFlightOrFreedOrOutOfRange_isInvalid() throws Exception {
    BusTransfer transfer = allocate(TransferType.INTERRUPT, SILENT, 8, done::add);
    assertKind(Kind.INVALID, () -> transfer.submit(-1));
    assertKind(Kind.INVALID, () -> transfer.submit(9));
    transfer.submit(8);
    assertKind(Kind.INVALID, () -> transfer.submit(8));
    assertKind(Kind.INVALID, () -> handle.release(0));
    assertKind(Kind.INVALID, () -> handle.clearHalt(SILENT));
    transfer.cancel();
    assertThat(completion()).isSameAs(transfer);
    transfer.free();
    transfer.free();
    assertKind(Kind.INVALID, () -> transfer.submit(8));
  }

  @Test
  void control_checksLengthAgainstSetup() throws Exception {
    BusTransfer transfer = allocate(TransferType.CONTROL, 0, 8 + 18, done::add);
    transfer.buffer().putLong(0, 18L << 48 | 0x0100L << 16 | 0x0680);
    assertKind(Kind.INVALID, () -> transfer.submit(8));
    assertKind(Kind.INVALID, () -> transfer.submit(7));
    assertKind(Kind.INVALID, () -> transfer.submit(8 + 17));
    transfer.submit(8 + 18);
    assertThat(completion().status()).isEqualTo(TransferStatus.COMPLETED);
    assertThat(transfer.actualLengthBytes()).isEqualTo(18);
    assertThat(transfer.buffer().get(8)).isEqualTo((byte) 18);
  }

  @Test
  void control_refused_stallsOnlyOnce() throws Exception {
    BusTransfer transfer = allocate(TransferType.CONTROL, 0, 8, done::add);
    transfer.buffer().putLong(0, 0xff40L);
    transfer.submit(8);
    assertThat(completion().status()).isEqualTo(TransferStatus.STALL);
    transfer.buffer().putLong(0, 1L << 16 | 0x0900);
    transfer.submit(8);
    assertThat(completion().status()).isEqualTo(TransferStatus.COMPLETED);
  }

  @Test
  void transfers_completeInOrder() throws Exception {
    List<BusTransfer> all = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      all.add(allocate(TransferType.BULK, SOURCE, 512, done::add));
    }
    for (BusTransfer transfer : all) {
      transfer.submit(512);
    }
    for (BusTransfer transfer : all) {
      assertThat(completion()).isSameAs(transfer);
      assertThat(transfer.actualLengthBytes()).isEqualTo(512);
    }
  }

  @Test
  void cancel_completesOnceAndLeavesOthers() throws Exception {
    BusTransfer first = silent();
    BusTransfer second = silent();
    second.cancel();
    second.cancel();
    assertThat(completion()).isSameAs(second);
    assertThat(second.status()).isEqualTo(TransferStatus.CANCELLED);
    second.cancel();
    first.cancel();
    assertThat(completion()).isSameAs(first);
    second.submit(8);
    second.cancel();
    assertThat(completion()).isSameAs(second);
    assertThat(done).isEmpty();
  }

  @Test
  void unplug_endsEveryTransferAndEveryCall() throws Exception {
    List<BusTransfer> all = List.of(silent(), silent(), silent());
    unplug();
    for (BusTransfer transfer : all) {
      assertThat(completion()).isSameAs(transfer);
      assertThat(transfer.status()).isEqualTo(TransferStatus.DISCONNECTED);
    }
    assertThat(events.departure()).isSameAs(device);
    assertRefused(all.get(0));
    assertKind(Kind.DISCONNECTED, () -> device.open());
  }

  @Test
  void close_awaitsCompletionsAndRefusesAll() throws Exception {
    BusTransfer transfer = silent();
    handle.close();
    assertThat(done).containsExactly(transfer);
    assertThat(transfer.status()).isEqualTo(TransferStatus.CANCELLED);
    assertRefused(transfer);
    handle.close();
    handle = device.open();
    handle.claim(0);
  }

  private void assertRefused(BusTransfer transfer) {
    assertKind(Kind.DISCONNECTED, () -> transfer.submit(8));
    assertKind(Kind.DISCONNECTED, () -> handle.claim(99));
    assertKind(Kind.DISCONNECTED, () -> handle.release(99));
    assertKind(Kind.DISCONNECTED, () -> handle.select(99, 99));
    assertKind(Kind.DISCONNECTED, () -> handle.clearHalt(99));
    assertKind(Kind.DISCONNECTED, () -> handle.reset());
    assertKind(Kind.DISCONNECTED, () -> allocate(TransferType.BULK, 99, -1, done::add));
    transfer.cancel();
    transfer.free();
  }

  @Test
  void free_inFlight_endsWithoutCompletion() throws Exception {
    BusTransfer freed = silent();
    freed.free();
    BusTransfer next = silent();
    next.cancel();
    assertThat(completion()).isSameAs(next);
    assertKind(Kind.INVALID, () -> freed.submit(8));
    handle.close();
    assertThat(done).isEmpty();
  }

  @Test
  void select_changesSettingOfAClaimedInterface() throws Exception {
    handle.claim(1);
    handle.select(1, 1);
    handle.reset();
    BusTransfer transfer = allocate(TransferType.CONTROL, 0, 9, done::add);
    transfer.buffer().putLong(0, 1L << 48 | 1L << 32 | 0x0a81);
    transfer.submit(9);
    assertThat(completion().status()).isEqualTo(TransferStatus.COMPLETED);
    assertThat(transfer.buffer().get(8)).as("setting after a reset").isEqualTo((byte) 1);
  }
}
