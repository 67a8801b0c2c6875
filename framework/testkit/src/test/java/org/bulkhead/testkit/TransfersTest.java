package org.bulkhead.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bulkhead.device.usb.ControlRequest;
import org.bulkhead.device.usb.ControlRequest.Recipient;
import org.bulkhead.device.usb.Endpoint;
import org.bulkhead.device.usb.Transfer;
import org.bulkhead.device.usb.TransferStatus;
import org.bulkhead.device.usb.UsbDevice;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.testkit.internal.Await;
import org.bulkhead.transport.sim.Handshake;
import org.bulkhead.transport.sim.ScriptStep;
import org.bulkhead.transport.sim.SimFaults.Fault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Endpoints and transfers as a driver gets them. */
class TransfersTest extends LabTest {

  private static Endpoint in(UsbDevice device) throws UsbException {
    return device.claim(0).endpoint(Lab.BULK_IN);
  }

  private static Endpoint out(UsbDevice device) throws UsbException {
    return device.claim(0).endpoint(Lab.BULK_OUT);
  }

  private static void assertKind(Kind kind, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            UsbException.class, e -> assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind));
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (i * 7 + i / 256);
    }
    return bytes;
  }

  // ---- the synchronous form ------------------------------------------------------------------

  @Test
  void write_movesAllBytes() throws Exception {
    byte[] sent = bytes(1500);
    lab.run(
        usb -> {
          ByteBuffer source = ByteBuffer.wrap(sent).asReadOnlyBuffer();
          assertThat(out(usb).write(source, LONG)).isEqualTo(1500);
          assertThat(source.hasRemaining()).isFalse();
          return null;
        });
    assertThat(device.taken(Lab.BULK_OUT)).isEqualTo(sent);
  }

  @Test
  void shortRead_movesThePositionByWhatCame() throws Exception {
    device.then(Lab.BULK_IN, ScriptStep.send(bytes(100)));
    lab.run(
        usb -> {
          ByteBuffer to = ByteBuffer.allocate(600).position(3);
          assertThat(in(usb).read(to, LONG)).isEqualTo(100);
          assertThat(to.position()).isEqualTo(103);
          return null;
        });
  }

  @Test
  void timedOutRead_endsInTime_andTheEndpointStaysUsable() throws Exception {
    lab.run(
        usb -> {
          ByteBuffer to = ByteBuffer.allocate(512);
          assertKind(Kind.TIMEOUT, () -> in(usb).read(to, SHORT));
          assertThat(to.position()).isZero();
          device.then(Lab.BULK_IN, ScriptStep.send((byte) 1));
          assertThat(in(usb).read(to, LONG)).isEqualTo(1);
          return null;
        });
  }

  @Test
  void failedRead_movesNothing_whateverMovedBefore() throws Exception {
    device.then(Lab.BULK_IN, ScriptStep.send(bytes(200)));
    lab.run(
        usb -> {
          in(usb).read(ByteBuffer.allocate(512), LONG);
          ByteBuffer to = ByteBuffer.allocate(512);
          assertKind(Kind.INVALID, () -> in(usb).read(to, Duration.ZERO));
          assertThat(to.position()).isZero();
          return null;
        });
  }

  @Test
  void failedWrite_movesNothing_whateverMovedBefore() throws Exception {
    lab.run(
        usb -> {
          out(usb).write(ByteBuffer.allocate(200), LONG);
          ByteBuffer from = ByteBuffer.allocate(100);
          assertKind(Kind.INVALID, () -> out(usb).write(from, Duration.ZERO));
          assertThat(from.position()).isZero();
          return null;
        });
  }

  @Test
  void failedControl_movesNothing_whateverMovedBefore() throws Exception {
    ControlRequest status = ControlRequest.standardIn(Recipient.DEVICE, 6, 0x0100, 0);
    lab.run(
        usb -> {
          assertThat(usb.control(status, ByteBuffer.allocate(18), LONG)).isEqualTo(18);
          ByteBuffer to = ByteBuffer.allocate(18);
          assertKind(Kind.INVALID, () -> usb.control(status, to, Duration.ZERO));
          assertThat(to.position()).isZero();
          return null;
        });
  }

  @Test
  void requestsThatAreTheHosts_areRefusedAndNameTheRemedy() throws Exception {
    lab.run(
        usb -> {
          assertThatThrownBy(() -> usb.control(standard(0x01, 11), ByteBuffer.allocate(0), LONG))
              .isInstanceOfSatisfying(
                  UsbException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID))
              .hasMessageContaining("use UsbInterface.select");
          assertThatThrownBy(() -> usb.control(standard(0x00, 9), ByteBuffer.allocate(0), LONG))
              .isInstanceOf(UsbException.class)
              .hasMessageContaining("bConfigurationValue");
          assertKind(
              Kind.INVALID, () -> usb.control(standard(0x00, 5), ByteBuffer.allocate(0), LONG));
          return null;
        });
  }

  private static ControlRequest standard(int requestType, int request) {
    return new ControlRequest(requestType, request, 1, 0);
  }

  @Test
  void bufferTooLarge_isRefused_andTheEndpointStaysUsable() throws Exception {
    device.then(Lab.BULK_IN, ScriptStep.send((byte) 1));
    lab.run(
        usb -> {
          in(usb).allocate(0);
          out(usb).write(ByteBuffer.allocate(8), LONG);
          assertKind(Kind.INVALID, () -> out(usb).write(ByteBuffer.allocate(17 << 20), LONG));
          assertThat(out(usb).write(ByteBuffer.allocate(8), LONG)).isEqualTo(8);
          return null;
        });
  }

  @Test
  void wrongDirection_isRefused() throws Exception {
    lab.run(
        usb -> {
          assertKind(Kind.INVALID, () -> in(usb).write(ByteBuffer.allocate(1), LONG));
          assertKind(Kind.INVALID, () -> out(usb).read(ByteBuffer.allocate(1), LONG));
          assertKind(Kind.INVALID, () -> in(usb).allocateIsochronous(1, 64, null));
          return null;
        });
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"STALL", "BABBLE", "ERROR"})
  void faultOnTheWire_hasItsKind(Fault fault) throws Exception {
    Kind kind =
        switch (fault) {
          case STALL -> Kind.STALL;
          case BABBLE -> Kind.OVERFLOW;
          default -> Kind.FAULT;
        };
    bench.wire().next(fault, 1);
    lab.run(
        usb -> {
          assertKind(kind, () -> in(usb).read(ByteBuffer.allocate(64), LONG));
          return null;
        });
  }

  @Test
  void stall_lastsUntilTheHaltIsCleared() throws Exception {
    device.then(Lab.BULK_IN, ScriptStep.stall(), ScriptStep.send((byte) 5));
    lab.run(
        usb -> {
          assertKind(Kind.STALL, () -> in(usb).read(ByteBuffer.allocate(64), LONG));
          assertKind(Kind.STALL, () -> in(usb).read(ByteBuffer.allocate(64), LONG));
          in(usb).clearHalt();
          assertThat(in(usb).read(ByteBuffer.allocate(64), LONG)).isEqualTo(1);
          return null;
        });
  }

  @Test
  void interruptedCaller_getsCancelled_andKeepsHisInterrupt() throws Exception {
    CountDownLatch reads = new CountDownLatch(1);
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    AtomicReference<Boolean> flag = new AtomicReference<>();
    Thread caller =
        new Thread(
            () -> {
              try {
                lab.run(
                    usb -> {
                      Endpoint in = in(usb);
                      reads.countDown();
                      return in.read(ByteBuffer.allocate(64), LONG);
                    });
              } catch (Exception e) {
                thrown.set(e);
                flag.set(Thread.currentThread().isInterrupted());
              }
            });
    caller.start();
    reads.await();
    caller.interrupt();
    caller.join();
    assertThat(thrown.get())
        .isInstanceOfSatisfying(
            UsbException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CANCELLED));
    assertThat(flag.get()).isTrue();
    assertThat(bench.info().incarnation()).isOne();
  }

  // ---- the pipelined form --------------------------------------------------------------------

  @Test
  void completions_comeInTheOrderOfSubmission() throws Exception {
    for (int i = 0; i < 8; i++) {
      device.then(Lab.BULK_IN, ScriptStep.send((byte) i));
    }
    lab.run(
        usb -> {
          Endpoint in = in(usb);
          for (int i = 0; i < 8; i++) {
            in.submit(in.allocate(512), null);
          }
          assertThat(in.inFlight()).isEqualTo(8);
          for (int i = 0; i < 8; i++) {
            Transfer next = in.reap(LONG);
            next.check();
            assertThat(next.data().get(0)).isEqualTo((byte) i);
            assertThat(next.data().order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
          }
          assertThat(in.inFlight()).isZero();
          return null;
        });
  }

  @Test
  void whatWaitsForAWindow_hasADeadlineToo_andCanBeCancelled() throws Exception {
    device.on(Lab.BULK_IN, packet -> Handshake.NAK);
    use(
        Lab.BULK_IN,
        in -> {
          assertKind(Kind.INVALID, () -> in.window(0));
          in.window(1);
          Transfer flying = in.allocate(64);
          Transfer late = in.allocate(64);
          Transfer cancelled = in.allocate(64);
          in.submit(flying, null);
          in.submit(late, SHORT);
          in.submit(cancelled, null);
          assertThat(in.inFlight()).isEqualTo(3);
          assertKind(Kind.INVALID, () -> in.window(2));
          cancelled.cancel();
          Await.until(() -> late.status() == TransferStatus.TIMEOUT, () -> "its deadline");
          device.then(Lab.BULK_IN, ScriptStep.send((byte) 1));
          assertThat(in.reap(LONG).status()).isEqualTo(TransferStatus.COMPLETED);
          assertThat(in.reap(LONG)).isSameAs(late);
          assertThat(in.reap(LONG)).isSameAs(cancelled);
          assertThat(cancelled.status()).isEqualTo(TransferStatus.CANCELLED);
        });
  }

  @Test
  void afterAFailure_whatWaits_comesBackCancelled_andAllGoesOnWhenAllIsTaken() throws Exception {
    device.then(Lab.BULK_IN, ScriptStep.stall());
    use(
        Lab.BULK_IN,
        in -> {
          in.window(1);
          for (int i = 0; i < 3; i++) {
            in.submit(in.allocate(64), null);
          }
          assertThat(in.reap(LONG).status()).isEqualTo(TransferStatus.STALL);
          assertThat(in.reap(LONG).status()).isEqualTo(TransferStatus.CANCELLED);
          Transfer last = in.reap(LONG);
          assertThat(last.status()).isEqualTo(TransferStatus.CANCELLED);
          in.clearHalt();
          device.then(Lab.BULK_IN, ScriptStep.send((byte) 1));
          last.data().clear();
          in.submit(last, null);
          assertThat(in.reap(LONG).status()).isEqualTo(TransferStatus.COMPLETED);
        });
  }

  @Test
  void aRestart_endsWhatWaits() throws Exception {
    device.on(Lab.BULK_IN, packet -> Handshake.NAK);
    use(
        Lab.BULK_IN,
        in -> {
          in.window(1);
          in.submit(in.allocate(64), null);
          in.submit(in.allocate(64), null);
        });

    bench.restart().awaitLife(2);

    use(Lab.BULK_IN, in -> assertThat(in.inFlight()).isZero());
    assertThat(bench.faults()).isEmpty();
  }

  @Test
  void reap_withoutACompletion_isNullWhenItsTimeIsOver() throws Exception {
    lab.run(
        usb -> {
          Endpoint in = in(usb);
          assertKind(Kind.INVALID, () -> in.reap(SHORT));
          in.submit(in.allocate(64), null);
          assertThat(in.reap(SHORT)).isNull();
          assertThat(in.reap(Duration.ZERO)).isNull();
          assertThat(in.inFlight()).isOne();
          in.cancelAll();
          assertThat(in.reap(LONG).status()).isEqualTo(TransferStatus.CANCELLED);
          return null;
        });
  }

  @Test
  void deadline_endsATransferAsTimedOut() throws Exception {
    lab.run(
        usb -> {
          Endpoint in = in(usb);
          in.submit(in.allocate(64), SHORT);
          assertThat(in.reap(LONG).status()).isEqualTo(TransferStatus.TIMEOUT);
          return null;
        });
  }

  @Test
  void handlers_areCalledInOrder_andMaySubmitAgain() throws Exception {
    List<Integer> seen = new ArrayList<>();
    CountDownLatch done = new CountDownLatch(20);
    for (int i = 0; i < 20; i++) {
      device.then(Lab.BULK_IN, ScriptStep.send((byte) i));
    }
    lab.run(
        usb -> {
          Endpoint in = in(usb);
          for (int i = 0; i < 4; i++) {
            in.submit(
                in.allocate(
                    512,
                    transfer -> {
                      transfer.check();
                      seen.add((int) transfer.data().get(0));
                      done.countDown();
                      if (seen.size() < 17) {
                        transfer.data().clear();
                        in.submit(transfer, null);
                      }
                    }),
                null);
          }
          return null;
        });
    done.await();
    lab.run(usb -> assertThat(seen).hasSize(20).isSorted());
  }

  @Test
  void transfersWithAndWithoutHandler_doNotMixInFlight() throws Exception {
    lab.run(
        usb -> {
          Endpoint in = in(usb);
          in.submit(in.allocate(64, transfer -> {}), null);
          assertKind(Kind.INVALID, () -> in.submit(in.allocate(64), null));
          assertKind(Kind.INVALID, () -> in.reap(Duration.ZERO));
          assertKind(Kind.INVALID, () -> in.read(ByteBuffer.allocate(1), LONG));
          assertThat(in.inFlight()).isOne();
          return null;
        });
  }

  @Test
  void transfer_isRefusedInFlight_freed_andOnAnotherEndpoint() throws Exception {
    lab.run(
        usb -> {
          Endpoint in = in(usb);
          Transfer transfer = in.allocate(64);
          in.submit(transfer, null);
          assertKind(Kind.INVALID, () -> in.submit(transfer, null));
          assertKind(Kind.INVALID, () -> out(usb).submit(in.allocate(64), null));
          transfer.free();
          transfer.free();
          assertThat(in.inFlight()).isZero();
          assertKind(Kind.INVALID, () -> in.submit(transfer, null));
          return null;
        });
  }

  @Test
  void freeingRacingWithCompletion_countsEachFlightOnce() throws Exception {
    device.on(
        Lab.BULK_IN,
        packet -> {
          packet.put((byte) 1);
          return Handshake.ACK;
        });
    lab.run(
        usb -> {
          Endpoint in = in(usb);
          for (int i = 0; i < 2000; i++) {
            Transfer transfer = in.allocate(64);
            in.submit(transfer, null);
            transfer.free();
          }
          assertThat(in.inFlight()).isZero();
          return null;
        });
    device.on(Lab.BULK_IN, packet -> Handshake.NAK);
    lab.run(
        usb -> {
          in(usb).submit(in(usb).allocate(64), null);
          return null;
        });
    // An incarnation that has counted wrongly does not wait for the one in flight; see close.
    bench.restart().awaitLife(2);
  }

  @Test
  void alternateSetting_hasItsOwnEndpoints_andEndsTheOldOnes() throws Exception {
    lab.run(
        usb -> {
          Endpoint old = in(usb);
          old.submit(old.allocate(64), null);
          assertKind(Kind.INVALID, () -> usb.claim(0).endpoint(Lab.ISO_IN));
          usb.claim(0).select(1);
          assertThat(usb.claim(0).descriptor().alternateSetting()).isOne();
          assertKind(Kind.INVALID, () -> old.read(ByteBuffer.allocate(1), LONG));
          usb.claim(0).endpoint(Lab.ISO_IN);
          assertKind(Kind.INVALID, () -> usb.claim(0).select(9));
          return null;
        });
    bench.restart().awaitLife(2);
    assertThat(lab.<Integer>run(usb -> usb.claim(0).descriptor().alternateSetting())).isOne();
  }

  @Test
  void isochronousTransfer_tellsOfEachPacket() throws Exception {
    AtomicReference<Integer> count = new AtomicReference<>(0);
    device.on(
        Lab.ISO_IN,
        packet -> {
          int bytes = count.getAndUpdate(n -> n + 1) % 3 * 10;
          packet.put(new byte[bytes]);
          return Handshake.ACK;
        });
    lab.run(
        usb -> {
          usb.claim(0).select(1);
          Endpoint iso = usb.claim(0).endpoint(Lab.ISO_IN);
          assertKind(Kind.INVALID, () -> iso.allocate(64));
          assertKind(Kind.INVALID, () -> iso.allocateIsochronous(0, 64, null));
          assertKind(Kind.INVALID, () -> iso.allocateIsochronous(129, 64, null));
          assertKind(Kind.INVALID, () -> iso.allocateIsochronous(1, 193, null));
          Transfer transfer = iso.allocateIsochronous(6, 192, null);
          iso.submit(transfer, null);
          assertThat(iso.reap(LONG)).isSameAs(transfer);
          assertThat(transfer.packetCount()).isEqualTo(6);
          for (int i = 0; i < 6; i++) {
            assertThat(transfer.packetLengthBytes(i)).isEqualTo(i % 3 * 10);
            assertThat(transfer.packetStatus(i)).isEqualTo(TransferStatus.COMPLETED);
          }
          assertThatThrownBy(() -> transfer.packetStatus(6))
              .isInstanceOf(IndexOutOfBoundsException.class);
          return null;
        });
  }

  @Test
  void steadyState_allocatesNothingOnTheDriversThread() throws Exception {
    device.on(
        Lab.BULK_IN,
        packet -> {
          packet.put((byte) 1);
          return Handshake.ACK;
        });
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long[] allocated = new long[12];
    Lab.Task<Void> stream =
        usb -> {
          Endpoint in = in(usb);
          Transfer one = in.allocate(64);
          Transfer other = in.allocate(64);
          in.submit(one, null);
          in.submit(other, LONG);
          for (int round = 0; round < allocated.length; round++) {
            long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
            for (int i = 0; i < 2000; i++) {
              Transfer next = in.reap(LONG);
              next.data().clear();
              in.submit(next, LONG);
            }
            allocated[round] =
                threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
          }
          return null;
        };
    lab.run(stream);
    // A thread's count grows by whole buffers, so one quiet round of two thousand transfers tells.
    assertThat(Arrays.stream(allocated).min().getAsLong()).isLessThan(2000);
  }

  // ---- the end of an incarnation -------------------------------------------------------------

  @Test
  void endedIncarnation_cancelsWhatIsInFlight_andItsDeviceIsDead() throws Exception {
    AtomicReference<UsbDevice> kept = new AtomicReference<>();
    AtomicReference<Transfer> flying = new AtomicReference<>();
    lab.run(
        usb -> {
          kept.set(usb);
          flying.set(in(usb).allocate(64));
          in(usb).submit(flying.get(), null);
          return null;
        });
    bench.restart().awaitLife(2);
    assertThatThrownBy(() -> kept.get().claim(0)).isInstanceOf(Error.class);
    assertThatThrownBy(() -> kept.get().reset()).isInstanceOf(Error.class);
    assertThat(bench.faults()).isEmpty();
  }

  @Test
  void unplug_duringARead_isWaitedOut() throws Exception {
    CountDownLatch reads = new CountDownLatch(1);
    AtomicReference<Object> got = new AtomicReference<>();
    Thread caller =
        new Thread(
            () -> {
              try {
                got.set(
                    lab.run(
                        usb -> {
                          Endpoint in = in(usb);
                          reads.countDown();
                          ByteBuffer to = ByteBuffer.allocate(64);
                          in.read(to, LONG);
                          return to.get(0);
                        }));
              } catch (Exception e) {
                got.set(e);
              }
            });
    caller.start();
    reads.await();
    bench.unplug();
    device.then(Lab.BULK_IN, ScriptStep.send((byte) 9));
    bench.replug();
    caller.join();
    assertThat(got.get()).isEqualTo((byte) 9);
    assertThat(bench.faults()).isEmpty();
  }

  @Test
  void transferThatNeverEndsByItself_doesNotDelayTheEnd() throws Exception {
    bench.wire().next(Fault.DROP, 1);
    lab.run(
        usb -> {
          in(usb).submit(in(usb).allocate(64), null);
          return null;
        });
    Await.until(() -> bench.info().incarnation() == 1, () -> "the first life");
    bench.restart().awaitLife(2);
  }
}
