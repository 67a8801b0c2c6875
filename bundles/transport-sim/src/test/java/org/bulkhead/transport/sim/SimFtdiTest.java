package org.bulkhead.transport.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.bulkhead.device.serial.ModemLines;
import org.bulkhead.device.serial.SerialLine.Condition;
import org.bulkhead.device.usb.TransferStatus;
import org.bulkhead.transport.sim.SerialSettings.FlowControl;
import org.bulkhead.transport.sim.SerialSettings.Parity;
import org.bulkhead.transport.sim.SerialSettings.StopBits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SimFtdiTest {

  private static final int IN = 0x81;
  private static final int OUT = 0x02;

  private final Peer peer = new Peer();
  private final SimFtdi port = new SimFtdi("A1", peer);
  private Wire wire;

  /** Keeps what it is told. */
  private static final class Peer implements SerialPeer {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    final List<String> told = new ArrayList<>();

    @Override
    public void received(ByteBuffer data) {
      while (data.hasRemaining()) {
        bytes.write(data.get());
      }
    }

    @Override
    public void lines(boolean dtr, boolean rts) {
      told.add("dtr " + dtr + " rts " + rts);
    }

    @Override
    public void breakChanged(boolean on) {
      told.add("break " + on);
    }
  }

  @BeforeEach
  void plugIn() throws Exception {
    wire = new Wire(port);
  }

  @AfterEach
  void unplug() {
    wire.close();
  }

  private TransferStatus set(int request, int value, int index) throws Exception {
    return wire.control(0x40, request, value, index).status();
  }

  @Test
  void baudDivisors_areDecoded() throws Exception {
    int[][] known = {
      {0x4138, 0, 9600},
      {0xc04e, 0, 38400},
      {0x001a, 0, 115385},
      {0x0000, 0, 3_000_000},
      {0x0001, 0, 2_000_000},
      {0x2710, 0, 300},
      {0x8003, 0, 923_077},
      {0x0003, 1, 888_889}
    };
    for (int[] vector : known) {
      set(3, vector[0], vector[1]);
      assertThat(port.settings().baudRate()).as("%04x", vector[0]).isEqualTo(vector[2]);
    }
  }

  @Test
  void settings_areKept() throws Exception {
    set(4, 7 | 2 << 8 | 2 << 11, 0);
    set(2, 0x1311, 0x0400);
    set(1, 0x0101, 0);
    set(1, 0x0202, 0);
    set(9, 2, 0);
    SerialSettings settings = port.settings();
    assertThat(settings.dataBits()).isEqualTo(7);
    assertThat(settings.parity()).isEqualTo(Parity.EVEN);
    assertThat(settings.stopBits()).isEqualTo(StopBits.TWO);
    assertThat(settings.flowControl()).isEqualTo(FlowControl.XON_XOFF);
    assertThat(settings.latency()).isEqualTo(Duration.ofMillis(2));
    assertThat(wire.control(0xc0, 10, 0, 0, (byte) 0).data()).containsExactly(2);
    assertThat(peer.told).containsExactly("dtr true rts false", "dtr true rts true");
    assertThat(set(9, 0, 0)).isEqualTo(TransferStatus.STALL);
    assertThat(set(0x55, 0, 0)).isEqualTo(TransferStatus.STALL);
  }

  @Test
  void breakBit_isTold() throws Exception {
    set(4, 8 | 0x4000, 0);
    set(4, 8, 0);
    assertThat(peer.told).containsExactly("break true", "break false");
  }

  @Test
  void received_hasStatusInEachPacket() throws Exception {
    byte[] data = new byte[100];
    data[0] = 1;
    data[62] = 2;
    port.send(ByteBuffer.wrap(data));
    byte[] got = wire.in(IN, 512).data();
    assertThat(got).hasSize(100 + 2 * 2);
    assertThat(got[0]).isEqualTo((byte) 0x01);
    assertThat(got[1]).isEqualTo((byte) 0x60);
    assertThat(got[2]).isEqualTo((byte) 1);
    assertThat(got[64]).isEqualTo((byte) 0x01);
    assertThat(got[66]).isEqualTo((byte) 2);
    assertThat(port.bytesSentByPeer()).isEqualTo(100);
  }

  @Test
  void nothingReceived_givesStatusAfterTheLatency() throws Exception {
    set(9, 40, 0);
    long start = System.nanoTime();
    wire.in(IN, 64);
    assertThat(wire.in(IN, 64).data()).hasSize(2);
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(40_000_000);
  }

  @Test
  void eventCharacter_sendsAtOnce() throws Exception {
    wire.close();
    // Time stands still, so that what waits for the latency timer waits for ever.
    wire = new Wire(port, new SimBus(() -> 0));
    set(6, 0x100 | '\n', 0);
    port.send(ByteBuffer.wrap(new byte[] {'o', 'k', '\n'}));
    assertThat(wire.in(IN, 64).data()).hasSize(5);
  }

  @Test
  void linesAndConditions_comeInTheStatus() throws Exception {
    port.lines(new ModemLines(true, true, false, false));
    port.condition(Condition.BREAK);
    byte[] got = wire.in(IN, 64).data();
    assertThat(got).containsExactly(0x31, 0x70, 0);
    assertThat(wire.in(IN, 64).data()[1]).isEqualTo((byte) 0x60);
    assertThat(wire.control(0xc0, 5, 0, 0, (byte) 0, (byte) 0).data()).containsExactly(0x31, 0x60);
  }

  @Test
  void flowControl_holdsBytesBack() throws Exception {
    set(2, 0, 0x0100);
    wire.out(OUT, new byte[100]);
    assertThat(port.bytesReceivedByPeer()).isZero();
    port.lines(new ModemLines(true, false, false, false));
    assertThat(port.bytesReceivedByPeer()).isEqualTo(100);
    assertThat(peer.bytes.size()).isEqualTo(100);
  }

  @Test
  void purge_dropsWhatTheChipHolds() throws Exception {
    port.send(ByteBuffer.wrap(new byte[50]));
    set(0, 1, 0);
    assertThat(wire.in(IN, 64).data()).hasSize(2);
    set(2, 0, 0x0100);
    wire.out(OUT, new byte[50]);
    set(0, 2, 0);
    set(2, 0, 0);
    assertThat(port.bytesReceivedByPeer()).isZero();
  }

  @Test
  void overrun_losesBytesAndSaysSo() throws Exception {
    port.overruns(true);
    port.send(ByteBuffer.wrap(new byte[300]));
    byte[] got = wire.in(IN, 512).data();
    assertThat(got[1] & 0x02).isNotZero();
    assertThat(port.bytesSentByPeer()).isEqualTo(256);
  }

  @Test
  void paced_takesTheTimeOfTheBaudRate() throws Exception {
    set(3, 0x4138, 0);
    port.paced(true);
    long start = System.nanoTime();
    wire.out(OUT, new byte[64]);
    wire.out(OUT, new byte[64]);
    wire.out(OUT, new byte[64]);
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(60_000_000);
    assertThat(port.bytesReceivedByPeer()).isBetween(64L, 192L);
  }

  @Test
  void loopback_returnsEverything() throws Exception {
    try (Wire loop = new Wire(new SimFtdi("A2", SerialPeer.loopback()))) {
      byte[] data = new byte[64];
      for (int i = 0; i < data.length; i++) {
        data[i] = (byte) i;
      }
      loop.control(0x40, 1, 0x0303, 0);
      for (int i = 0; i < 100; i++) {
        loop.out(OUT, data);
      }
      ByteArrayOutputStream back = new ByteArrayOutputStream();
      while (back.size() < 6400) {
        byte[] got = loop.in(IN, 4096).data();
        for (int i = 0; i < got.length; i++) {
          if (i % 64 >= 2) {
            back.write(got[i]);
          } else if (i % 64 == 0) {
            assertThat(got[i]).isEqualTo((byte) 0xb1);
          }
        }
      }
      assertThat(back.size()).isEqualTo(6400);
      assertThat(back.toByteArray()[6399]).isEqualTo((byte) 63);
    }
  }
}
