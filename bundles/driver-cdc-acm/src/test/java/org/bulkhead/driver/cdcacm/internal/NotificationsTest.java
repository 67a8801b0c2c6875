package org.bulkhead.driver.cdcacm.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.bulkhead.device.serial.ModemLines;
import org.bulkhead.device.serial.SerialLine.Condition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NotificationsTest {

  /** CDC 1.2 table 20, with PSTN 1.2 table 31: carriers, break, ring, framing, parity, overrun. */
  private static final byte[] ALL = HexFormat.of().parseHex("a120000000000200" + "7f00");

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 8, 9, 10, 16, 64})
  void notification_isWholeInPacketsOfAnySize(int packetBytes) {
    Notifications notifications = new Notifications(packetBytes);
    for (int again = 0; again < 3; again++) {
      assertThat(feed(notifications, packetBytes)).isEqualTo(0x7f);
    }
  }

  @Test
  void truncationAtEveryLength_isNoneAndTheNextIsWhole() {
    for (int length = 0; length < ALL.length; length++) {
      Notifications notifications = new Notifications(16);
      assertThat(notifications.packet(ByteBuffer.wrap(ALL, 0, length)))
          .isEqualTo(Notifications.NONE);
      assertThat(notifications.packet(ByteBuffer.wrap(ALL))).isEqualTo(0x7f);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a100010000000000", // NETWORK_CONNECTION
        "a101000000000000", // RESPONSE_AVAILABLE
        "a12000000000000000", // a serial state without its data
        "2120000000000200ff00", // not a notification
        "a12000000000ffffff00" // longer than it is
      })
  void anythingElse_isPassedOver(String packet) {
    Notifications notifications = new Notifications(64);
    assertThat(notifications.packet(ByteBuffer.wrap(HexFormat.of().parseHex(packet))))
        .isEqualTo(Notifications.NONE);
    assertThat(notifications.packet(ByteBuffer.wrap(ALL))).isEqualTo(0x7f);
  }

  @Test
  void garbage_isBounded() {
    Random random = new Random(1);
    Notifications notifications = new Notifications(8);
    for (int i = 0; i < 100_000; i++) {
      byte[] packet = new byte[random.nextInt(9)];
      random.nextBytes(packet);
      if (packet.length > 0 && random.nextBoolean()) {
        packet[0] = (byte) 0xa1;
      }
      assertThat(notifications.packet(ByteBuffer.wrap(packet))).isBetween(-1, 0xffff);
    }
    notifications.reset();
    assertThat(feed(notifications, 8)).isEqualTo(0x7f);
  }

  @ParameterizedTest
  @CsvSource({
    "0x00, false, false, false",
    "0x01, false, true, false",
    "0x02, true, false, false",
    "0x08, false, false, true",
    "0x7f, true, true, true"
  })
  void modemLines_areTheirBitsAndAlwaysClearToSend(
      String state, boolean dsr, boolean dcd, boolean ri) {
    assertThat(AcmProtocol.modemLines(Integer.decode(state)))
        .isEqualTo(new ModemLines(true, dsr, dcd, ri));
  }

  @ParameterizedTest
  @CsvSource({"0x04, BREAK", "0x10, FRAMING_ERROR", "0x20, PARITY_ERROR", "0x40, OVERRUN"})
  void conditions_areTheirBits(String state, Condition condition) {
    assertThat(Arrays.stream(Condition.values()))
        .allSatisfy(
            each ->
                assertThat(AcmProtocol.reports(Integer.decode(state), each))
                    .isEqualTo(each == condition));
  }

  private static int feed(Notifications to, int packetBytes) {
    int state = Notifications.NONE;
    for (int at = 0; at < ALL.length; at += packetBytes) {
      assertThat(state).isEqualTo(Notifications.NONE);
      state = to.packet(ByteBuffer.wrap(ALL, at, Math.min(packetBytes, ALL.length - at)));
    }
    return state;
  }
}
