package org.bulkhead.driver.ftdi.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bulkhead.device.serial.SerialLine.Condition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FtdiPacketsTest {

  @ParameterizedTest
  @ValueSource(ints = {64, 512})
  void transferTruncatedAtEveryLength_givesThePayloadUpToThere(int packetBytes) {
    byte[] wire = new byte[4 * packetBytes];
    for (int i = 0; i < wire.length; i++) {
      wire[i] = (byte) (i % packetBytes < 2 ? 0 : i * 31);
    }
    for (int length = 0; length <= wire.length; length++) {
      ByteArrayOutputStream expected = new ByteArrayOutputStream();
      for (int i = 0; i < length; i++) {
        if (i % packetBytes >= 2) {
          expected.write(wire[i]);
        }
      }
      ByteBuffer data = direct(wire).limit(length);

      int met = new FtdiPackets(packetBytes).strip(data);

      assertThat(met).isZero();
      assertThat(data.position()).isZero();
      assertThat(bytes(data)).isEqualTo(expected.toByteArray());
    }
  }

  @Test
  void anyBytes_giveNoMoreThanTheyHold() {
    Random random = new Random(1);
    for (int round = 0; round < 2_000; round++) {
      byte[] wire = new byte[random.nextInt(300)];
      random.nextBytes(wire);
      ByteBuffer data = ByteBuffer.wrap(wire);
      new FtdiPackets(3 + random.nextInt(100)).strip(data);
      assertThat(data.remaining()).isLessThanOrEqualTo(wire.length);
    }
  }

  @Test
  void eachErrorBit_isItsCondition() {
    assertThat(conditions(1, 0x02, 'a')).containsExactly(Condition.OVERRUN);
    assertThat(conditions(1, 0x04, 'a')).containsExactly(Condition.PARITY_ERROR);
    assertThat(conditions(1, 0x08, 'a')).containsExactly(Condition.FRAMING_ERROR);
    assertThat(conditions(1, 0x10)).containsExactly(Condition.BREAK);
    assertThat(conditions(1, 0x61, 'a')).isEmpty();
  }

  @Test
  void breakWithFramingError_isOnlyABreak() {
    assertThat(conditions(1, 0x1e, 0)).containsExactly(Condition.OVERRUN, Condition.BREAK);
  }

  @Test
  void emptyPacketsThatRepeatAnError_reportItOnce() {
    FtdiPackets packets = new FtdiPackets(64);
    assertThat(packets.strip(packet(1, 0x08, 'a'))).isNotZero();
    assertThat(packets.strip(packet(1, 0x08))).isZero();
    assertThat(packets.strip(packet(1, 0x00))).isZero();
    assertThat(packets.strip(packet(1, 0x08))).isNotZero();
  }

  @Test
  void charactersThatRepeatAnError_reportItAgain() {
    FtdiPackets packets = new FtdiPackets(64);
    assertThat(packets.strip(packet(1, 0x04, 'a'))).isNotZero();
    assertThat(packets.strip(packet(1, 0x04, 'b'))).isNotZero();
  }

  private static List<Condition> conditions(int... bytes) {
    int met = new FtdiPackets(64).strip(packet(bytes));
    List<Condition> found = new ArrayList<>();
    for (int i = 0; i < FtdiPackets.conditionCount(); i++) {
      if (FtdiPackets.condition(met, i) != null) {
        found.add(FtdiPackets.condition(met, i));
      }
    }
    return found;
  }

  private static ByteBuffer packet(int... bytes) {
    ByteBuffer data = ByteBuffer.allocate(bytes.length);
    for (int b : bytes) {
      data.put((byte) b);
    }
    return data.flip();
  }

  private static ByteBuffer direct(byte[] bytes) {
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }

  private static byte[] bytes(ByteBuffer data) {
    byte[] bytes = new byte[data.remaining()];
    data.get(bytes);
    return bytes;
  }
}
