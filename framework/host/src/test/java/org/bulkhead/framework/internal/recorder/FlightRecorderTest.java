package org.bulkhead.framework.internal.recorder;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.bulkhead.device.usb.TransferStatus;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.descriptor.TransferType;
import org.bulkhead.framework.internal.recorder.Recording.Entry;
import org.junit.jupiter.api.Test;

class FlightRecorderTest {

  private final FlightRecorder recorder = new FlightRecorder();
  private final ByteBuffer memory = ByteBuffer.allocateDirect(512).order(ByteOrder.LITTLE_ENDIAN);

  private Flight flight(int incarnation, int endpoint) {
    return recorder.flight(incarnation, TransferType.BULK, endpoint, memory);
  }

  private List<Entry> entries() {
    return recorder.recording().entries();
  }

  private void fly(Flight flight, int value) {
    memory.putInt(0, value);
    flight.submitted(4, System.nanoTime());
    flight.completed(TransferStatus.COMPLETED, 4, System.nanoTime());
  }

  @Test
  void transfer_isKeptWithItsFirstBytes() {
    for (int i = 0; i < 512; i++) {
      memory.put(i, (byte) i);
    }
    Flight out = flight(1, 0x02);
    // The driver's view of the memory is its own.
    memory.limit(3);
    out.submitted(300, System.nanoTime());
    memory.put(0, (byte) 99);
    out.completed(TransferStatus.COMPLETED, 300, System.nanoTime());
    Flight in = flight(1, 0x81);
    in.submitted(512, System.nanoTime());
    in.completed(TransferStatus.STALL, 2, System.nanoTime());
    List<Entry> entries = entries();
    assertThat(entries).hasSize(2);
    assertThat(entries.get(0).data()).hasSize(Ring.DATA_BYTES).startsWith(0, 1, 2);
    assertThat(entries.get(0).lengthBytes()).isEqualTo(300);
    assertThat(entries.get(0).failure()).isNull();
    assertThat(entries.get(1).data()).containsExactly(99, 1);
    assertThat(entries.get(1).failure()).isEqualTo(Kind.STALL);
    assertThat(entries.get(1).actualBytes()).isEqualTo(2);
    assertThat(entries.get(1).ended()).isAfterOrEqualTo(entries.get(1).submitted());
  }

  @Test
  void controlTransfer_isKeptWithItsSetupAndTheDataAfterIt() {
    memory.putLong(0, Flight.setup(0xc0, 5, 0x1234, 7) | 3L << 48).put(8, (byte) 42);
    Flight flight = recorder.flight(1, TransferType.CONTROL, 0, memory);
    flight.submitted(11, System.nanoTime());
    flight.completed(TransferStatus.COMPLETED, 1, System.nanoTime());
    Entry entry = entries().get(0);
    assertThat(entry.setup()).containsExactly(0xc0, 5, 0x34, 0x12, 7, 0, 3, 0);
    assertThat(entry.lengthBytes()).isEqualTo(3);
    assertThat(entry.data()).containsExactly(42);
  }

  @Test
  void firstAndLastTransfersAreKept_andWhatIsBetweenIsCounted() {
    recorder.begins();
    Flight flight = flight(1, 0x02);
    for (int i = 0; i < 1000; i++) {
      fly(flight, i);
    }
    List<Entry> entries = entries();
    assertThat(entries).hasSize(FlightRecorder.FIRST + FlightRecorder.LAST);
    assertThat(entries.get(0).begins()).isTrue();
    assertThat(entries.get(1).begins()).isFalse();
    assertThat(entries.get(FlightRecorder.FIRST - 1).number()).isEqualTo(63);
    assertThat(Recording.gapBefore(entries, FlightRecorder.FIRST))
        .isEqualTo(1000 - FlightRecorder.FIRST - FlightRecorder.LAST);
    assertThat(entries.get(entries.size() - 1).number()).isEqualTo(999);
  }

  @Test
  void incarnations_followEachOther() {
    recorder.begins();
    fly(flight(1, 0x02), 1);
    recorder.begins();
    fly(flight(2, 0x02), 2);
    assertThat(entries()).extracting(Entry::incarnation).containsExactly(1, 2);
    assertThat(entries()).allMatch(Entry::begins);
  }

  @Test
  void transferThatOthersOvertook_isKeptWhenItEnds() {
    recorder.begins();
    Flight many = flight(1, 0x02);
    for (int i = 0; i < FlightRecorder.FIRST; i++) {
      fly(many, i);
    }
    Flight slow = flight(1, 0x81);
    slow.submitted(64, System.nanoTime());
    for (int i = 0; i < FlightRecorder.LAST; i++) {
      fly(many, i);
    }
    assertThat(entries()).noneMatch(e -> e.endpoint() == 0x81);
    slow.completed(TransferStatus.COMPLETED, 7, System.nanoTime());
    Entry last = entries().get(entries().size() - 1);
    assertThat(last.endpoint()).isEqualTo(0x81);
    assertThat(last.actualBytes()).isEqualTo(7);
    assertThat(last.submitted()).isBefore(entries().get(entries().size() - 2).submitted());
  }

  @Test
  void whatIsInFlight_hasNoEnd_andARefusalIsOne() throws Exception {
    flight(1, 0x81).submitted(64, System.nanoTime());
    Flight refused = flight(1, 0x02);
    refused.submitted(1, System.nanoTime());
    refused.refused(Kind.DISCONNECTED);
    recorder.reset(1, () -> {});
    assertThat(entries().get(0).ended()).isNull();
    assertThat(entries().get(1).refused()).isTrue();
    assertThat(entries().get(1).failure()).isEqualTo(Kind.DISCONNECTED);
    assertThat(entries().get(2).type()).isNull();
    try {
      recorder.request(
          1,
          Flight.setup(2, 1, 0, 0x81),
          () -> {
            throw new UsbException(Kind.STALL, "no");
          });
    } catch (UsbException expected) {
      assertThat(entries().get(3).failure()).isEqualTo(Kind.STALL);
    }
  }

  @Test
  void steadyState_allocatesNothing() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    Flight flight = flight(1, 0x02);
    for (int i = 0; i < 20_000; i++) {
      fly(flight, i);
    }
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 100_000; i++) {
      fly(flight, i);
    }
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(10_000);
  }

  /** Whoever reads meanwhile sees whole transfers only: the data and the end belong together. */
  @Test
  void recordingMeanwhile_isNeverTorn() throws Exception {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    CountDownLatch done = new CountDownLatch(2);
    for (int t = 0; t < 2; t++) {
      ByteBuffer own = ByteBuffer.allocateDirect(64).order(ByteOrder.LITTLE_ENDIAN);
      Flight flight = recorder.flight(1, TransferType.BULK, 0x02, own);
      new Thread(
              () -> {
                for (int flown = 0; flown < 100_000; flown++) {
                  int i = 1 + flown % 60;
                  for (int j = 0; j < 64; j++) {
                    own.put(j, (byte) i);
                  }
                  flight.submitted(i, System.nanoTime());
                  flight.completed(TransferStatus.COMPLETED, i, System.nanoTime());
                }
                done.countDown();
              })
          .start();
    }
    while (done.getCount() > 0) {
      for (Entry entry : entries()) {
        if (entry.ended() != null && entry.actualBytes() != entry.lengthBytes()) {
          failure.set(new AssertionError(entry.toString()));
        }
        for (byte b : entry.data()) {
          if (b != entry.lengthBytes()) {
            failure.set(new AssertionError("torn: " + b + " in " + entry));
          }
        }
      }
    }
    assertThat(failure.get()).isNull();
  }

  @Test
  void recorderWithoutTransfers_hasNoMemory() {
    assertThat(recorder.last().piece(0)).isNull();
    assertThat(recorder.first().piece(0)).isNull();
    fly(flight(1, 0x02), 1);
    assertThat(recorder.last().piece(0)).isNotNull();
    assertThat(recorder.last().piece(32)).isNull();
    assertThat(FlightRecorder.MAX_BYTES).isEqualTo(40 << 10);
  }
}
