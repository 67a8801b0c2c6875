package org.bulkhead.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import org.bulkhead.device.usb.StreamWriter;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.transport.sim.Handshake;
import org.bulkhead.transport.sim.ScriptStep;
import org.junit.jupiter.api.Test;

/** Writing without a pause, as a driver does it. */
class StreamWriterTest extends LabTest {

  private static void put(StreamWriter writer, int... bytes) throws UsbException {
    for (int value : bytes) {
      writer.next(LONG).put((byte) value);
    }
    writer.send();
  }

  private static void assertKind(
      Kind kind, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            UsbException.class, e -> assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind));
  }

  @Test
  void data_goesInOrder_andFlushWaitsForAllOfIt() throws Exception {
    use(
        Lab.BULK_OUT,
        out -> {
          StreamWriter writer = out.writer(4, 512);
          for (int i = 0; i < 20; i++) {
            put(writer, i, i);
          }
          assertThat(writer.flush(LONG)).isTrue();
          assertThat(out.inFlight()).isZero();
          assertThat(writer.takenBytes()).isEqualTo(40);
          writer.close();
        });
    byte[] taken = device.taken(Lab.BULK_OUT);
    assertThat(taken).hasSize(40);
    for (int i = 0; i < 40; i++) {
      assertThat(taken[i]).isEqualTo((byte) (i / 2));
    }
  }

  @Test
  void deviceThatTakesNothing_isWrittenAheadAsFarAsThereIsMemory_andLosesNothing()
      throws Exception {
    device.on(Lab.BULK_OUT, packet -> Handshake.NAK);
    use(
        Lab.BULK_OUT,
        out -> {
          StreamWriter writer = out.writer(3, 512);
          put(writer, 1);
          put(writer, 2);
          put(writer, 3);
          assertThat(out.inFlight()).isEqualTo(3);
          assertThat(writer.next(SHORT)).isNull();
          assertThat(writer.next(Duration.ZERO)).isNull();
          assertThat(writer.flush(SHORT)).isFalse();
          assertThat(writer.takenBytes()).isZero();
          device.on(Lab.BULK_OUT, packet -> Handshake.ACK);
          put(writer, 4);
          assertThat(writer.flush(LONG)).isTrue();
          assertThat(writer.takenBytes()).isEqualTo(4);
        });
  }

  @Test
  void failure_saysHowFarTheStreamCame_andGoesOnAfterARestart() throws Exception {
    device.then(Lab.BULK_OUT, ScriptStep.take(), ScriptStep.take(), ScriptStep.stall());
    use(
        Lab.BULK_OUT,
        out -> {
          StreamWriter writer = out.writer(2, 512);
          assertKind(
              Kind.STALL,
              () -> {
                for (int i = 0; i < 10; i++) {
                  put(writer, 1, 2, 3);
                }
              });
          assertKind(Kind.STALL, () -> writer.flush(LONG));
          assertThat(writer.takenBytes()).isEqualTo(6);
          assertThat(out.inFlight()).isZero();
          out.clearHalt();
          writer.restart();
          put(writer, 4);
          assertThat(writer.flush(LONG)).isTrue();
          assertThat(writer.takenBytes()).isEqualTo(7);
        });
    assertThat(device.taken(Lab.BULK_OUT)).containsExactly(1, 2, 3, 1, 2, 3, 4);
  }

  @Test
  void whatWasNotGiven_isNotSent_andAWriterGoesOneWay() throws Exception {
    use(
        Lab.BULK_OUT,
        out -> {
          StreamWriter writer = out.writer(2, 512);
          assertKind(Kind.INVALID, writer::send);
          put(writer, 1);
          assertKind(Kind.INVALID, writer::send);
          writer.close();
          assertKind(Kind.INVALID, () -> out.writer(0, 512));
          assertKind(Kind.INVALID, () -> out.reader(2, 512));
        });
    use(Lab.BULK_IN, in -> assertKind(Kind.INVALID, () -> in.writer(2, 512)));
  }

  @Test
  void steadyState_allocatesNothing() throws Exception {
    device.on(Lab.BULK_OUT, packet -> Handshake.ACK);
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long[] allocated = new long[12];
    use(
        Lab.BULK_OUT,
        out -> {
          StreamWriter writer = out.writer(4, 64);
          for (int round = 0; round < allocated.length; round++) {
            long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
            for (int i = 0; i < 2000; i++) {
              writer.next(LONG).put((byte) i);
              writer.send();
            }
            allocated[round] =
                threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
          }
        });
    assertThat(Arrays.stream(allocated).min().getAsLong()).isLessThan(2000);
  }
}
