package org.bulkhead.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import org.bulkhead.device.usb.StreamReader;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
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
            assertThat(in.inFlight()).isEqualTo(3);
          }
          reader.close();
          assertThat(in.inFlight()).isZero();
        });
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
