package org.bulkhead.transport.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.bulkhead.device.serial.ModemLines;
import org.bulkhead.device.serial.SerialLine.Condition;
import org.bulkhead.device.usb.TransferStatus;
import org.bulkhead.transport.sim.SerialSettings.Parity;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SimAcmTest {

  private static final int OUT = 0x21;
  private static final int IN = 0xa1;

  private final List<String> told = new ArrayList<>();
  private final SerialPeer peer =
      new SerialPeer() {
        @Override
        public void received(ByteBuffer data) {
          told.add(data.remaining() + " bytes");
        }

        @Override
        public void breakChanged(boolean on) {
          told.add("break " + on);
        }
      };
  private final SimAcm port = new SimAcm("1", peer);
  private Wire wire;

  @BeforeEach
  void plugIn() throws Exception {
    wire = new Wire(port);
    wire.handle.claim(1);
  }

  @AfterEach
  void unplug() {
    wire.close();
  }

  private TransferStatus coding(String hex) throws Exception {
    return wire.control(OUT, 0x20, 0, 0, HexFormat.of().parseHex(hex)).status();
  }

  @Test
  void lineCoding_isKeptAndReadBack() throws Exception {
    assertThat(coding("00c20100000207")).isEqualTo(TransferStatus.COMPLETED);
    assertThat(port.settings().baudRate()).isEqualTo(115_200);
    assertThat(port.settings().parity()).isEqualTo(Parity.EVEN);
    assertThat(HexFormat.of().formatHex(wire.control(IN, 0x21, 0, 0, new byte[7]).data()))
        .isEqualTo("00c20100000207");
  }

  @Test
  void lineCodingThatCannotBe_isStalled() throws Exception {
    for (String hex :
        List.of("00000000000008", "00c201000000", "00c20100000009", "00c20100030008")) {
      assertThat(coding(hex)).as(hex).isEqualTo(TransferStatus.STALL);
    }
    assertThat(port.settings().baudRate()).isEqualTo(9600);
  }

  @Test
  void lines_areNotifiedAndCtsIsNot() throws Exception {
    port.lines(new ModemLines(true, false, false, false));
    port.lines(new ModemLines(true, true, true, false));
    port.condition(Condition.PARITY_ERROR);
    assertThat(HexFormat.of().formatHex(wire.interrupt(0x81, 10).data()))
        .isEqualTo("a1200000000002000300");
    assertThat(HexFormat.of().formatHex(wire.interrupt(0x81, 10).data()))
        .isEqualTo("a1200000000002002300");
    assertThat(port.notificationsTaken()).isEqualTo(2);
  }

  @Test
  void break_lastsUntilItIsEndedOrItsTimeIsOver() throws Exception {
    wire.control(OUT, 0x23, 0xffff, 0);
    wire.control(OUT, 0x23, 0, 0);
    assertThat(told).containsExactly("break true", "break false");
  }

  @Test
  void emptyPackets_areCounted() throws Exception {
    wire.out(0x02, new byte[512]);
    wire.out(0x02, new byte[0]);
    assertThat(told).containsExactly("512 bytes");
    assertThat(port.zeroLengthPackets()).isOne();
  }
}
