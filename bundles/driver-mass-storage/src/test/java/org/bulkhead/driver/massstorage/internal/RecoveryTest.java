package org.bulkhead.driver.massstorage.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One command, and all that can go wrong with it on the bus. */
class RecoveryTest {

  private static final String[] RESET_RECOVERY = {"reset", "clear-in", "clear-out"};

  private final FakeUnit medium = new FakeUnit(64);
  private final FakeStick stick = new FakeStick(medium);
  private LogicalUnit unit;

  @BeforeEach
  void knowTheGeometry() throws IOException {
    unit = new LogicalUnit(stick.transport(), "stick", 0, d -> {});
    unit.geometry();
    stick.steps.clear();
  }

  private void readsRight() throws IOException {
    ByteBuffer data = ByteBuffer.allocate(4 * 512);
    unit.read(8, data);
    assertThat(data.hasRemaining()).isFalse();
    assertThat(data.array()).isEqualTo(Arrays.copyOfRange(medium.medium, 8 * 512, 12 * 512));
  }

  private static byte[] with(byte[] status, int index, int value) {
    status[index] = (byte) value;
    return status;
  }

  @Test
  void read_isCommandDataStatus() throws IOException {
    readsRight();
    assertThat(stick.steps).containsExactly("out31", "in2048", "in512");
  }

  @Test
  void stalledData_isClearedAndTheStatusRead() throws IOException {
    stick.faults.put(1, Kind.STALL);
    readsRight();
    assertThat(stick.steps.subList(0, 4)).containsExactly("out31", "in2048", "clear-in", "in512");
    assertThat(stick.steps).doesNotContain(RESET_RECOVERY[0]);
  }

  @Test
  void stalledWrite_isClearedAndTheStatusRead() throws IOException {
    stick.faults.put(1, Kind.STALL);
    unit.write(3, ByteBuffer.wrap(new byte[512]));
    assertThat(stick.steps.subList(0, 4)).containsExactly("out31", "out512", "clear-out", "in512");
    assertThat(Arrays.copyOfRange(medium.medium, 3 * 512, 4 * 512)).containsOnly(0);
  }

  @Test
  void stalledStatus_isClearedAndReadOnceMore() throws IOException {
    stick.faults.put(2, Kind.STALL);
    readsRight();
    assertThat(stick.steps).containsExactly("out31", "in2048", "in512", "clear-in", "in512");
  }

  @Test
  void statusStalledTwice_leadsToResetRecovery() throws IOException {
    stick.faults.put(2, Kind.STALL);
    stick.faults.put(4, Kind.STALL);
    readsRight();
    assertThat(stick.steps.subList(5, 8)).containsExactly(RESET_RECOVERY);
  }

  @Test
  void emptyPacketBeforeTheStatus_isReadOver() throws IOException {
    stick.statuses.add(status -> new byte[0]);
    readsRight();
    assertThat(stick.steps).containsExactly("out31", "in2048", "in512", "in512");
  }

  @Test
  void statusInsteadOfData_isTakenAsTheStatus() throws IOException {
    stick.stallsFailures = false;
    medium.senses.add(new Sense(6, 0x29, 0));
    readsRight();
    assertThat(stick.steps.subList(0, 3)).containsExactly("out31", "in2048", "out31");
  }

  @Test
  void paddedDataOfAFailure_isNotTaken() throws IOException {
    stick.padsFailures = true;
    medium.senses.add(new Sense(6, 0x29, 0));
    readsRight();
    assertThat(stick.steps).hasSize(9).doesNotContain("clear-in");
  }

  @Test
  void brokenStatus_leadsToResetRecoveryAndOneMoreAttempt() throws IOException {
    List<UnaryOperator<byte[]>> defects =
        List.of(
            s -> Arrays.copyOf(s, 12),
            s -> Arrays.copyOf(s, 14),
            s -> with(s, 0, 'X'),
            s -> with(s, 4, s[4] + 1),
            s -> with(s, 12, Csw.PHASE_ERROR),
            s -> with(s, 12, 77),
            s -> with(s, 11, 0x7f),
            s -> with(s, 11, 0xff));
    for (UnaryOperator<byte[]> defect : defects) {
      stick.steps.clear();
      stick.statuses.add(defect);
      readsRight();
      assertThat(stick.steps.subList(3, 6)).containsExactly(RESET_RECOVERY);
      assertThat(stick.steps).hasSize(9);
    }
  }

  @Test
  void brokenStatus_afterResetRecoveryToo_isAFaultThatSaysWhat() {
    stick.everyStatus = s -> with(s, 12, Csw.PHASE_ERROR);
    assertThatThrownBy(this::readsRight)
        .isInstanceOf(OutOfStepException.class)
        .hasMessage("stick LUN 0: READ(10) ends with a phase error");
    assertThat(stick.steps).hasSize(9);
  }

  @Test
  void deviceThatDoesNotKnowTheReset_isRecoveredByItsHalts() throws IOException {
    stick.knowsReset = false;
    stick.faults.put(0, Kind.STALL);
    readsRight();
    assertThat(stick.steps.subList(1, 4)).containsExactly(RESET_RECOVERY);
  }

  @ParameterizedTest
  @EnumSource(names = {"STALL", "TIMEOUT", "OVERFLOW", "FAULT"})
  void oneFault_atAnyStep_isRecovered(Kind kind) throws IOException {
    for (int step = 0; step < 3; step++) {
      stick.steps.clear();
      stick.faults.clear();
      stick.faults.put(step, kind);
      readsRight();
      assertThat(stick.steps).hasSizeGreaterThan(step + 1);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"STALL", "TIMEOUT", "OVERFLOW", "FAULT"})
  void twoFaults_atAnySteps_endRightOrTold_andTheNextAttachHeals(Kind kind) throws IOException {
    for (int first = 0; first < 3; first++) {
      for (int second = first + 1; second < 9; second++) {
        stick.steps.clear();
        stick.faults.clear();
        stick.faults.put(first, kind);
        stick.faults.put(second, kind);
        try {
          readsRight();
        } catch (OutOfStepException fault) {
          assertThat(fault).hasMessageStartingWith("stick");
        } catch (IOException report) {
          assertThat(report).hasMessage("stick LUN 0: READ(10) failed and REQUEST SENSE too");
        }
        stick.faults.clear();
        stick.transport().recover();
        readsRight();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void unplug_atAnyStep_isPassedOnAtOnce(int step) {
    stick.faults.put(step, Kind.DISCONNECTED);
    assertThatThrownBy(this::readsRight)
        .isInstanceOfSatisfying(
            UsbException.class, e -> assertThat(e.kind()).isEqualTo(Kind.DISCONNECTED));
    assertThat(stick.steps).hasSize(step + 1);
  }

  @Test
  void unplug_inRecovery_isPassedOnAtOnce() {
    for (int step = 1; step < 7; step++) {
      FakeStick other = new FakeStick(new FakeUnit(64));
      other.faults.put(0, Kind.TIMEOUT);
      other.faults.put(step, Kind.DISCONNECTED);
      assertThatThrownBy(() -> new LogicalUnit(other.transport(), "stick", 0, d -> {}).geometry())
          .isInstanceOfSatisfying(
              UsbException.class, e -> assertThat(e.kind()).isEqualTo(Kind.DISCONNECTED));
      assertThat(other.steps).hasSize(step + 1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void cancellation_isPassedOn_andTheNextCommandFindsItsStep(int step) throws IOException {
    stick.faults.put(step, Kind.CANCELLED);
    assertThatThrownBy(this::readsRight)
        .isInstanceOfSatisfying(
            UsbException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CANCELLED));
    readsRight();
  }
}
