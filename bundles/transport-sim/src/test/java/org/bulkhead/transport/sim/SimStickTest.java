package org.bulkhead.transport.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.bulkhead.device.usb.TransferStatus;
import org.bulkhead.transport.sim.Wire.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SimStickTest {

  private static final int IN = 0x81;
  private static final int OUT = 0x02;
  private static final int BLOCK = 512;
  private static final int NO_BLOCKS = 0;

  private final SimMedium medium = SimMedium.pattern(16 << 20, 7);
  private final SimStick stick = new SimStick(medium, SimMedium.blank(1 << 20));
  private Wire wire;

  @BeforeEach
  void plugIn() throws Exception {
    wire = new Wire(stick);
    command(0, true, 0, 0x00);
    assertStatus(1, 0);
    command(1, true, 0, 0x00);
    assertStatus(1, 0);
  }

  @AfterEach
  void unplug() {
    wire.close();
  }

  private Result command(int lun, boolean in, int length, int... block) throws Exception {
    ByteBuffer cbw = ByteBuffer.allocate(31).order(ByteOrder.LITTLE_ENDIAN);
    cbw.putInt(0x43425355).putInt(0x1234).putInt(length);
    cbw.put((byte) (in ? 0x80 : 0)).put((byte) lun).put((byte) Math.max(6, block.length));
    for (int b : block) {
      cbw.put((byte) b);
    }
    return wire.out(OUT, cbw.array());
  }

  private void assertStatus(int status, int residue) throws Exception {
    Result result = wire.in(IN, 13);
    assertThat(result.status()).isEqualTo(TransferStatus.COMPLETED);
    ByteBuffer csw = ByteBuffer.wrap(result.data()).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(csw.getInt(0)).isEqualTo(0x53425355);
    assertThat(csw.getInt(4)).isEqualTo(0x1234);
    assertThat(csw.getInt(8)).as("residue").isEqualTo(residue);
    assertThat(csw.get(12)).as("status").isEqualTo((byte) status);
  }

  private void assertStalls(int endpoint) throws Exception {
    Result result = endpoint == IN ? wire.in(IN, BLOCK) : wire.out(OUT, new byte[BLOCK]);
    assertThat(result.status()).isEqualTo(TransferStatus.STALL);
    wire.handle.clearHalt(endpoint);
  }

  private void assertSense(int key, int code) throws Exception {
    command(0, true, 18, 0x03, 0, 0, 0, 18, 0);
    byte[] sense = wire.in(IN, 18).data();
    assertThat(sense[2]).isEqualTo((byte) key);
    assertThat(sense[12]).isEqualTo((byte) code);
    assertStatus(0, 0);
  }

  private static int[] read10(int block, int count) {
    return new int[] {0x28, 0, 0, 0, block >> 8, block, 0, count >> 8, count, 0};
  }

  private static int[] write10(int block, int count) {
    int[] command = read10(block, count);
    command[0] = 0x2a;
    return command;
  }

  private byte[] content(int block, int count) {
    ByteBuffer content = ByteBuffer.allocate(count * BLOCK);
    medium.read((long) block * BLOCK, content);
    return content.array();
  }

  @Test
  void case1_hostNothing_deviceNothing_passes() throws Exception {
    command(0, true, 0, 0x00);
    assertStatus(0, 0);
  }

  @Test
  void case2_hostNothing_deviceSends_isAPhaseError() throws Exception {
    command(0, true, 0, read10(0, 1));
    assertStatus(2, 0);
  }

  @Test
  void case3_hostNothing_deviceReceives_isAPhaseErrorAndWritesNothing() throws Exception {
    command(0, false, 0, write10(0, 1));
    assertStatus(2, 0);
    assertThat(stick.blocksWritten(0)).isZero();
  }

  @Test
  void case4_hostReads_deviceNothing_stallsWithResidue() throws Exception {
    command(0, true, BLOCK, 0x00);
    assertStalls(IN);
    assertStatus(0, BLOCK);
  }

  @Test
  void case5_hostReadsMore_endsShortThenStalls() throws Exception {
    command(0, true, 64, 0x12, 0, 0, 0, 36, 0);
    assertThat(wire.in(IN, 64).data()).hasSize(36);
    assertStalls(IN);
    assertStatus(0, 28);
  }

  @Test
  void case5_hostReadsMoreInWholePackets_stallsWithWhatMoved() throws Exception {
    command(0, true, 2 * BLOCK, read10(5, 1));
    Result data = wire.in(IN, 2 * BLOCK);
    assertThat(data.status()).isEqualTo(TransferStatus.STALL);
    assertThat(data.data()).isEqualTo(content(5, 1));
    wire.handle.clearHalt(IN);
    assertStatus(0, BLOCK);
  }

  @Test
  void case6_hostReadsAsMuch_passes() throws Exception {
    command(0, true, 128 * BLOCK, read10(9, 128));
    assertThat(wire.in(IN, 128 * BLOCK).data()).isEqualTo(content(9, 128));
    assertStatus(0, 0);
  }

  @Test
  void case7_hostReadsLess_isAPhaseError() throws Exception {
    command(0, true, BLOCK, read10(9, 2));
    assertThat(wire.in(IN, BLOCK).data()).isEqualTo(content(9, 1));
    assertStatus(2, 0);
  }

  @Test
  void case8_hostReads_deviceReceives_isAPhaseError() throws Exception {
    command(0, true, BLOCK, write10(0, 1));
    assertStalls(IN);
    assertStatus(2, BLOCK);
    assertThat(stick.blocksWritten(0)).isZero();
  }

  @Test
  void case9_hostWrites_deviceNothing_stallsWithResidue() throws Exception {
    command(0, false, BLOCK, 0x00);
    assertStalls(OUT);
    assertStatus(0, BLOCK);
  }

  @Test
  void case10_hostWrites_deviceSends_isAPhaseError() throws Exception {
    command(0, false, BLOCK, read10(0, 1));
    assertStalls(OUT);
    assertStatus(2, BLOCK);
  }

  @Test
  void case11_hostWritesMore_takesItsPartThenStalls() throws Exception {
    command(0, false, 2 * BLOCK, write10(3, 1));
    byte[] data = new byte[2 * BLOCK];
    Arrays.fill(data, (byte) 0x5a);
    Result result = wire.out(OUT, data);
    assertThat(result.status()).isEqualTo(TransferStatus.STALL);
    assertThat(result.data()).hasSize(BLOCK);
    wire.handle.clearHalt(OUT);
    assertStatus(0, BLOCK);
    assertThat(stick.blocksWritten(0)).isOne();
  }

  @Test
  void case12_hostWritesAsMuch_isReadBack() throws Exception {
    byte[] data = new byte[4 * BLOCK];
    Arrays.fill(data, (byte) 0x77);
    command(0, false, data.length, write10(100, 4));
    wire.out(OUT, data);
    assertStatus(0, 0);
    assertThat(content(100, 4)).isEqualTo(data);
    assertThat(stick.blocksWritten(0)).isEqualTo(4);
    assertThat(stick.commandCount(0, 0x2a)).isOne();
  }

  @Test
  void case13_hostWritesLess_isAPhaseErrorAndWritesNothing() throws Exception {
    command(0, false, BLOCK, write10(0, 2));
    assertStalls(OUT);
    assertStatus(2, BLOCK);
    assertThat(stick.blocksWritten(0)).isZero();
  }

  @Test
  void invalidCommandBlock_stallsUntilResetRecovery() throws Exception {
    assertThat(wire.out(OUT, new byte[30]).status()).isEqualTo(TransferStatus.STALL);
    assertStalls(IN);
    assertStalls(OUT);
    wire.control(0x21, 0xff, 0, 0);
    command(0, true, 0, 0x00);
    assertStatus(0, 0);
  }

  @Test
  void unknownCommand_givesIllegalRequest() throws Exception {
    command(0, true, 0, 0xee);
    assertStatus(1, 0);
    assertSense(5, 0x20);
  }

  @Test
  void writeProtectedMedium_refusesWithDataProtect() throws Exception {
    medium.writeProtected(true);
    command(0, false, BLOCK, write10(0, 1));
    assertStalls(OUT);
    assertStatus(1, BLOCK);
    assertSense(7, 0x27);
  }

  @Test
  void ejectedMedium_givesNotReadyThenUnitAttention() throws Exception {
    stick.eject(0);
    command(0, true, 0, 0x00);
    assertStatus(1, 0);
    assertSense(2, 0x3a);
    stick.insert(0, medium);
    command(0, true, 0, 0x00);
    assertStatus(1, 0);
    assertSense(6, 0x28);
  }

  @Test
  void badBlock_givesMediumError() throws Exception {
    medium.bad(11, true);
    command(0, true, 2 * BLOCK, read10(10, 2));
    assertStalls(IN);
    assertStatus(1, 2 * BLOCK);
    assertSense(3, 0x11);
  }

  @Test
  void capacityAndUnits_areReported() throws Exception {
    assertThat(wire.control(0xa1, 0xfe, 0, 0, (byte) 9).data()).containsExactly(1);
    command(1, true, 8, 0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    ByteBuffer capacity = ByteBuffer.wrap(wire.in(IN, 8).data());
    assertThat(capacity.getInt()).isEqualTo((1 << 20) / BLOCK - 1);
    assertThat(capacity.getInt()).isEqualTo(BLOCK);
    assertStatus(0, NO_BLOCKS);
  }

  @Test
  void phaseErrorAndBadStatus_happenOnce() throws Exception {
    stick.phaseErrorNext();
    command(0, true, 0, 0x00);
    assertStatus(2, 0);
    stick.badStatusNext();
    command(0, true, 0, 0x00);
    assertThat(wire.in(IN, 13).data()[4]).isNotEqualTo((byte) 0x34);
    command(0, true, 0, 0x00);
    assertStatus(0, 0);
  }
}
