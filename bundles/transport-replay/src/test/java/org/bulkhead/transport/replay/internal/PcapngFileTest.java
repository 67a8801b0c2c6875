package org.bulkhead.transport.replay.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.bulkhead.device.usb.UsbSpeed;
import org.bulkhead.transport.replay.TraceBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PcapngFileTest {

  @TempDir Path temp;

  private Path file(byte[] bytes) throws IOException {
    return Files.write(temp.resolve("trace.pcapng"), bytes);
  }

  private static byte[] good() {
    return new TraceBuilder()
        .enumeration()
        .comment("a comment")
        .submit(1, 3, 0x02, null, 2, new byte[] {1, 2})
        .complete(1, 3, 0x02, 0, 2, new byte[0])
        .bytes();
  }

  @Test
  void deviceOfATrace_hasItsDescriptors() throws Exception {
    TraceFile.Recorded device = TraceFile.read(file(good())).get(0);
    assertThat(device.allDescriptors()).hasSize(18 + 32);
    assertThat(device.string(15)).isEqualTo("Lab");
    assertThat(device.speed).isEqualTo(UsbSpeed.FULL);
    assertThat(device.configuration).isEqualTo(1);
    assertThat(device.events).hasSize(3);
  }

  @Test
  void bigEndianSection_isRead() throws Exception {
    byte[] big =
        HexFormat.of().parseHex("0a0d0d0a0000001c1a2b3c4d00010000ffffffffffffffff0000001c");
    assertThat(PcapngFile.read(file(big)).packets()).isEmpty();
  }

  @Test
  void truncationAtEachLength_isAnErrorOrAShorterTrace() {
    byte[] good = good();
    for (int length = 0; length < good.length; length++) {
      attempt(Arrays.copyOf(good, length));
    }
  }

  @Test
  void liesAnywhere_areErrorsOrOtherTraces() {
    byte[] good = good();
    Random random = new Random(4711);
    for (int i = 0; i < 20_000; i++) {
      byte[] bad = good.clone();
      for (int j = random.nextInt(4); j >= 0; j--) {
        int at = random.nextInt(bad.length / 4) * 4;
        int value = random.nextBoolean() ? random.nextInt() : random.nextInt(300) - 20;
        ByteBuffer lie = ByteBuffer.wrap(bad).order(ByteOrder.LITTLE_ENDIAN);
        if (random.nextBoolean()) {
          lie.putInt(at, value);
        } else {
          lie.putShort(at + 2 * random.nextInt(2), (short) value);
        }
      }
      attempt(bad);
    }
  }

  /** Nothing but an IOException that names the file. */
  private void attempt(byte[] bytes) {
    Path path = temp.resolve("trace.pcapng");
    try {
      for (TraceFile.Recorded device : TraceFile.read(path, PcapngFile.of(path, bytes))) {
        device.allDescriptors();
        device.string(15);
        new Player(device, "replay-1", 1, new EventThread(null)).progress();
      }
    } catch (IOException told) {
      assertThat(told).hasMessageContaining("trace.pcapng");
    }
  }

  @Test
  void whatIsWrong_isSaidWithItsPlace() throws Exception {
    byte[] good = good();
    assertThatThrownBy(() -> TraceFile.read(file(Arrays.copyOf(good, good.length - 8))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("are there: the file was cut off");
    assertThatThrownBy(() -> TraceFile.read(file(HexFormat.of().parseHex("d4c3b2a102000400"))))
        .hasMessageContaining("a pcap file, not pcapng: editcap -F pcapng");
    assertThatThrownBy(() -> TraceFile.read(file("hello, world".getBytes())))
        .hasMessageContaining("not a pcapng file");
    assertThatThrownBy(() -> TraceFile.read(file(new TraceBuilder().bytes())))
        .hasMessageContaining("no device whose descriptors are in it");
    assertThatThrownBy(() -> TraceFile.read(file(new TraceBuilder(1).enumeration().bytes())))
        .hasMessageContaining("packet 1 is of link type 1; only 220");
  }
}
