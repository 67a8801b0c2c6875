package org.bulkhead.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.bulkhead.device.usb.StreamReader;
import org.bulkhead.device.usb.Transfer;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.testkit.internal.Await;
import org.bulkhead.transport.sim.Handshake;
import org.bulkhead.transport.sim.ScriptStep;
import org.junit.jupiter.api.Test;

/** Reading without a pause, as a driver does it. */
class StreamReaderTest extends LabTest {

  private static void assertStalled(StreamReader reader) {
    assertThatThrownBy(() -> reader.next(LONG))
        .isInstanceOfSatisfying(
            UsbException.class, e -> assertThat(e.kind()).isEqualTo(Kind.STALL));
  }

  @Test
  void data_comesInOrder_oneTransferAtATime() throws Exception {
    for (int i = 1; i <= 20; i++) {
      device.then(Lab.BULK_IN, ScriptStep.send(new byte[i]));
    }
    use(
        Lab.BULK_IN,
        in -> {
          StreamReader reader = in.reader(4, 512);
          for (int i = 1; i <= 20; i++) {
            assertThat(reader.next(LONG).remaining()).isEqualTo(i);
            // Four at the device, sixteen behind them, one of which holds what was given.
            assertThat(in.inFlight()).isEqualTo(19);
          }
          reader.close();
          assertThat(in.inFlight()).isZero();
        });
  }

  @Test
  void whatWaitsBehindTheDevice_isAsMuchAgain_orSixteen_andAMebibyteAtMost_orFour()
      throws Exception {
    int[][] sizes = {{8, 512, 24}, {32, 512, 64}, {16, 128 << 10, 24}, {4, 1 << 20, 8}};
    for (int[] each : sizes) {
      use(
          Lab.BULK_IN,
          in -> {
            StreamReader reader = in.reader(each[0], each[1]);
            assertThat(in.inFlight()).isEqualTo(each[2]);
            reader.close();
          });
    }
  }

  @Test
  void zeroLengthPacket_isAnEmptyBuffer() throws Exception {
    device.then(Lab.BULK_IN, ScriptStep.send(), ScriptStep.send((byte) 1));
    use(
        Lab.BULK_IN,
        in -> {
          StreamReader reader = in.reader(2, 512);
          assertThat(reader.next(LONG).remaining()).isZero();
          assertThat(reader.next(LONG).get(0)).isEqualTo((byte) 1);
        });
  }

  @Test
  void timeout_losesNothing() throws Exception {
    use(
        Lab.BULK_IN,
        in -> {
          StreamReader reader = in.reader(2, 512);
          assertThat(reader.next(SHORT)).isNull();
          assertThat(reader.next(Duration.ZERO)).isNull();
          device.then(Lab.BULK_IN, ScriptStep.send((byte) 1), ScriptStep.send((byte) 2));
          assertThat(reader.next(LONG).get(0)).isEqualTo((byte) 1);
          assertThat(reader.next(LONG).get(0)).isEqualTo((byte) 2);
        });
  }

  @Test
  void failure_givesWhatMoved_thenThrows_untilRestarted() throws Exception {
    // A full packet, and the stall within the same transfer.
    device.then(Lab.BULK_IN, ScriptStep.send(new byte[512]), ScriptStep.stall());
    use(
        Lab.BULK_IN,
        in -> {
          StreamReader reader = in.reader(3, 1024);
          assertThat(reader.next(LONG).remaining()).isEqualTo(512);
          assertStalled(reader);
          assertStalled(reader);
          assertThat(in.inFlight()).isZero();
          in.clearHalt();
          device.then(Lab.BULK_IN, ScriptStep.send((byte) 7));
          reader.restart();
          assertThat(reader.next(LONG).get(0)).isEqualTo((byte) 7);
        });
  }

  @Test
  void theDeviceGoesOn_whileTheDriverDoesNotTakeWhatCame() throws Exception {
    AtomicInteger packets = new AtomicInteger();
    device.on(
        Lab.BULK_IN,
        packet -> {
          packet.put((byte) packets.getAndIncrement());
          return Handshake.ACK;
        });
    use(
        Lab.BULK_IN,
        in -> {
          StreamReader reader = in.reader(3, 64);
          Await.until(() -> packets.get() == 3 + 16, () -> "all memory to be filled");
          for (int i = 0; i < 100; i++) {
            assertThat(reader.next(LONG).get(0)).isEqualTo((byte) i);
          }
          reader.close();
        });
  }

  @Test
  void unplug_endsWhatWaitsToo() throws Exception {
    device.on(Lab.BULK_IN, packet -> Handshake.NAK);
    use(Lab.BULK_IN, in -> in.reader(3, 64));

    bench.unplug().replug().awaitLife(2);

    device.then(Lab.BULK_IN, ScriptStep.send((byte) 1));
    use(Lab.BULK_IN, in -> assertThat(in.reader(3, 64).next(LONG).get(0)).isEqualTo((byte) 1));
    assertThat(bench.faults()).isEmpty();
  }

  @Test
  void aReaderThatIsClosed_leavesAnEndpointAsItWas() throws Exception {
    device.on(Lab.BULK_IN, packet -> Handshake.NAK);
    use(
        Lab.BULK_IN,
        in -> {
          in.reader(1, 64).close();
          device.then(Lab.BULK_IN, ScriptStep.send((byte) 1), ScriptStep.send((byte) 2));
          Transfer one = in.allocate(64);
          Transfer other = in.allocate(64);
          in.submit(one, null);
          in.submit(other, null);
          Await.until(() -> device.stepsLeft(Lab.BULK_IN) == 0, () -> "both");
          assertThat(in.reap(LONG)).isSameAs(one);
          assertThat(in.reap(LONG)).isSameAs(other);
        });
  }

  @Test
  void readerOfNothing_isRefused() throws Exception {
    use(
        Lab.BULK_IN,
        in ->
            assertThatThrownBy(() -> in.reader(0, 512))
                .isInstanceOfSatisfying(
                    UsbException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID)));
  }

  @Test
  void steadyState_allocatesNothing() throws Exception {
    device.on(
        Lab.BULK_IN,
        packet -> {
          packet.put((byte) 1);
          return Handshake.ACK;
        });
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long[] allocated = new long[12];
    use(
        Lab.BULK_IN,
        in -> {
          StreamReader reader = in.reader(4, 64);
          for (int round = 0; round < allocated.length; round++) {
            long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
            for (int i = 0; i < 2000; i++) {
              ByteBuffer data = reader.next(LONG);
              assert data.remaining() == 1;
            }
            allocated[round] =
                threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
          }
        });
    assertThat(Arrays.stream(allocated).min().getAsLong()).isLessThan(2000);
  }
}
