package org.bulkhead.driver.massstorage.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bulkhead.device.block.BlockGeometry;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LogicalUnitTest {

  private static final Sense NO_MEDIUM = new Sense(2, 0x3a, 0);
  private static final Sense BECOMING_READY = new Sense(2, 0x04, 0x01);
  private static final Sense WAS_RESET = new Sense(6, 0x29, 0);
  private static final Sense MEDIUM_CHANGED = new Sense(6, 0x28, 0);

  private final FakeUnit medium = new FakeUnit(1000);
  private final FakeStick stick = new FakeStick(medium);
  private final List<Duration> pauses = new ArrayList<>();
  private LogicalUnit unit;

  @BeforeEach
  void create() throws IOException {
    unit = new LogicalUnit(stick.transport(), "stick", 0, pauses::add);
  }

  private byte[] blocks(int from, int count) {
    return Arrays.copyOfRange(medium.medium, from * 512, (from + count) * 512);
  }

  @Test
  void geometry_isTheMediums() throws IOException {
    assertThat(unit.geometry()).isEqualTo(new BlockGeometry(512, 1000));
  }

  @Test
  void geometry_ofALargeMedium_isAskedInTheLongForm() throws IOException {
    medium.lastBlockAnswer = 0x1_ffff_ffffL;
    assertThat(unit.geometry()).isEqualTo(new BlockGeometry(512, 0x2_0000_0000L));
  }

  @Test
  void geometry_thatCannotBe_isAnIoException() {
    medium.blockBytes = 0;
    assertThatThrownBy(unit::geometry)
        .isInstanceOf(IOException.class)
        .hasMessage("stick LUN 0: the device reports a block size of 0 bytes");
  }

  @Test
  void geometry_withoutMedium_saysSo() {
    medium.senses.add(NO_MEDIUM);
    assertThatThrownBy(unit::geometry)
        .isInstanceOf(IOException.class)
        .hasMessage("stick LUN 0: TEST UNIT READY failed: not ready, no medium (sense 2/3a/00)");
  }

  @Test
  void geometry_isThatOfANewMedium() throws IOException {
    unit.geometry();
    medium.senses.add(MEDIUM_CHANGED);
    medium.lastBlockAnswer = 499;
    assertThat(unit.geometry().blockCount()).isEqualTo(500);
  }

  @Test
  void largeRead_isSplit_andAllThere() throws IOException {
    ByteBuffer data = ByteBuffer.allocate(997 * 512);
    unit.read(2, data);
    assertThat(data.hasRemaining()).isFalse();
    assertThat(data.array()).isEqualTo(blocks(2, 997));
    assertThat(stick.steps).contains("in122880", "in" + 37 * 512);
  }

  @Test
  void read_fillsOnlyTheRemainingSpace_ofADirectBuffer() throws IOException {
    ByteBuffer data = ByteBuffer.allocateDirect(4096).position(100).limit(100 + 1024);
    unit.read(5, data);
    assertThat(data.position()).isEqualTo(1124);
    byte[] got = new byte[1024];
    data.get(100, got);
    assertThat(got).isEqualTo(blocks(5, 2));
    assertThat(data.get(99)).isZero();
    assertThat(data.clear().get(1124)).isZero();
  }

  @Test
  void largeWrite_isSplit_andAllThere() throws IOException {
    byte[] pattern = new byte[700 * 512];
    Arrays.fill(pattern, (byte) 0x5a);
    byte[] before = blocks(0, 100);
    ByteBuffer source = ByteBuffer.wrap(pattern).asReadOnlyBuffer();
    unit.write(100, source);
    assertThat(source.hasRemaining()).isFalse();
    assertThat(source.limit()).isEqualTo(pattern.length);
    assertThat(blocks(100, 700)).isEqualTo(pattern);
    assertThat(blocks(0, 100)).isEqualTo(before);
  }

  @Test
  void blocksBeyond4G_areReadAndWrittenInTheLongForm() throws IOException {
    medium.lastBlockAnswer = 0x1_ffff_ffffL;
    byte[] pattern = new byte[512];
    Arrays.fill(pattern, (byte) 7);
    unit.write(0x1_0000_0000L, ByteBuffer.wrap(pattern));
    ByteBuffer back = ByteBuffer.allocate(512);
    unit.read(0x1_0000_0000L, back);
    assertThat(back.array()).isEqualTo(pattern);
  }

  @Test
  void range_thatIsNotOnTheMedium_isRefusedWithoutAsking() throws IOException {
    unit.geometry();
    int steps = stick.steps.size();
    for (long block : new long[] {-1, 999, 1000, Long.MAX_VALUE, Long.MIN_VALUE}) {
      assertThatThrownBy(() -> unit.read(block, ByteBuffer.allocate(1024)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("not on the medium of 1000 blocks");
    }
    assertThatThrownBy(() -> unit.write(0, ByteBuffer.allocate(513)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no whole blocks of 512 bytes");
    assertThat(stick.steps).hasSize(steps);
  }

  @Test
  void nothingToRead_asksNothing() throws IOException {
    unit.geometry();
    int steps = stick.steps.size();
    unit.read(1000, ByteBuffer.allocate(0));
    assertThat(stick.steps).hasSize(steps);
  }

  @Test
  void shortRead_isAnError() {
    medium.readsShortBytes = 512;
    assertThatThrownBy(() -> unit.read(0, ByteBuffer.allocate(1024)))
        .isInstanceOf(IOException.class)
        .hasMessage("stick LUN 0: READ(10) moved 512 of 1024 bytes");
  }

  @Test
  void reset_isReadOver() throws IOException {
    unit.geometry();
    medium.senses.add(WAS_RESET);
    medium.senses.add(new Sense(6, 0x2a, 1));
    ByteBuffer data = ByteBuffer.allocate(512);
    unit.read(1, data);
    assertThat(data.array()).isEqualTo(blocks(1, 1));
  }

  @Test
  void mediumChanged_failsTheCallOnce_soThatNoTwoMediaMix() throws IOException {
    unit.geometry();
    medium.senses.add(MEDIUM_CHANGED);
    assertThatThrownBy(() -> unit.write(1, ByteBuffer.allocate(512)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("the medium was changed");
    unit.write(1, ByteBuffer.allocate(512));
    assertThat(blocks(1, 1)).containsOnly(0);
  }

  @Test
  void mediumRemoved_thenAnotherPutIn_isSeenByItsGeometry() throws IOException {
    unit.geometry();
    medium.senses.add(NO_MEDIUM);
    assertThatThrownBy(() -> unit.read(0, ByteBuffer.allocate(512)))
        .hasMessageContaining("no medium");
    medium.lastBlockAnswer = 9;
    medium.senses.add(MEDIUM_CHANGED);
    assertThatThrownBy(() -> unit.read(10, ByteBuffer.allocate(512)))
        .hasMessageContaining("not on the medium of 10 blocks");
  }

  @Test
  void becomingReady_isWaitedFor() throws IOException {
    for (int i = 0; i < 3; i++) {
      medium.senses.add(BECOMING_READY);
    }
    assertThat(unit.geometry().blockCount()).isEqualTo(1000);
    assertThat(pauses).hasSize(3);
  }

  @Test
  void becomingReadyForEver_isGivenUp() {
    for (int i = 0; i < 1000; i++) {
      medium.senses.add(BECOMING_READY);
    }
    assertThatThrownBy(unit::geometry)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not ready, becoming ready (sense 2/04/01)");
    assertThat(pauses.stream().reduce(Duration.ZERO, Duration::plus))
        .isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void attentionForEver_isGivenUp() {
    for (int i = 0; i < 1000; i++) {
      medium.senses.add(WAS_RESET);
    }
    assertThatThrownBy(unit::geometry)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("the device was reset");
  }

  @Test
  void waitThatIsCutShort_endsTheCall() throws IOException {
    LogicalUnit impatient =
        new LogicalUnit(
            stick.transport(),
            "stick",
            0,
            d -> {
              throw new UsbException(Kind.CANCELLED, "interrupted");
            });
    medium.senses.add(BECOMING_READY);
    assertThatThrownBy(impatient::geometry)
        .isInstanceOfSatisfying(
            UsbException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CANCELLED));
  }

  @Test
  void mediumError_isAnIoException_andLeavesTheUnitUsable() throws IOException {
    unit.geometry();
    medium.senses.add(new Sense(3, 0x11, 0));
    assertThatThrownBy(() -> unit.read(4, ByteBuffer.allocate(512)))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "stick LUN 0: READ(10) failed: medium error, the medium cannot be read (sense 3/11/00)");
    unit.read(4, ByteBuffer.allocate(512));
  }

  @Test
  void writeProtection_isAnIoException() throws IOException {
    unit.geometry();
    medium.senses.add(new Sense(7, 0x27, 0));
    assertThatThrownBy(() -> unit.write(4, ByteBuffer.allocate(512)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("data protect, the medium is write-protected (sense 7/27/00)");
  }

  @Test
  void flush_withoutACache_isNothing() throws IOException {
    medium.hasCache = false;
    unit.flush();
    assertThat(stick.steps).hasSize(5);
  }

  @Test
  void flush_thatFails_saysSo() {
    medium.senses.add(new Sense(4, 0x44, 0));
    assertThatThrownBy(unit::flush)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("SYNCHRONIZE CACHE(10) failed: hardware error");
  }

  @Test
  void residuesThatAreWrong_areSeenByTheFirstAnswerAndIgnored() throws IOException {
    stick.everyStatus =
        status -> {
          status[8] = 4;
          return status;
        };
    assertThat(unit.inquire().name()).isEqualTo("BULKHEAD");
    unit.geometry();
    ByteBuffer data = ByteBuffer.allocate(512);
    unit.read(1, data);
    assertThat(data.array()).isEqualTo(blocks(1, 1));
  }
}
