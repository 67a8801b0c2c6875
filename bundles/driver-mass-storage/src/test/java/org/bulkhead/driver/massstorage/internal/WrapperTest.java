package org.bulkhead.driver.massstorage.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.bulkhead.device.usb.descriptor.Direction;
import org.junit.jupiter.api.Test;

class WrapperTest {

  private static final HexFormat HEX = HexFormat.of();

  private final ByteBuffer wrapper = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
  private final ByteBuffer command = ByteBuffer.allocate(16);

  private String commandWrapper(int tag, int length, Direction direction, int lun) {
    Cbw.write(wrapper, tag, length, direction, lun, command);
    byte[] bytes = new byte[wrapper.remaining()];
    wrapper.get(bytes);
    return HEX.formatHex(bytes);
  }

  @Test
  void inquiryOfUnit2_isWrapped() {
    Scsi.inquiry(command);
    assertThat(commandWrapper(0x01020304, 36, Direction.IN, 2))
        .isEqualTo(
            "55534243" + "04030201" + "24000000" + "800206" + "1200000024" + "00".repeat(11));
  }

  @Test
  void write_isWrapped_withoutDirectionBit() {
    Scsi.write(command, 0x11223344, 0x80);
    assertThat(commandWrapper(1, 65536, Direction.OUT, 0))
        .isEqualTo(
            "55534243"
                + "01000000"
                + "00000100"
                + "00000a"
                + "2a001122334400008000"
                + "00".repeat(6));
  }

  @Test
  void shortCommand_leavesNothingOfALongerOneBefore() {
    Scsi.read(command, 0x1_0000_0000L, 1);
    commandWrapper(1, 512, Direction.IN, 0);
    Scsi.testUnitReady(command);
    assertThat(commandWrapper(2, 0, Direction.OUT, 0)).endsWith("000006" + "00".repeat(16));
  }

  private static ByteBuffer status(String hex) {
    return ByteBuffer.wrap(HEX.parseHex(hex)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static String defect(String hex) {
    return Csw.defect(status(hex), 7, 512);
  }

  @Test
  void status_isReadable() {
    ByteBuffer failed = status("5553425307000000" + "00020000" + "01");
    assertThat(Csw.defect(failed, 7, 512)).isNull();
    assertThat(Csw.status(failed)).isEqualTo(Csw.FAILED);
    assertThat(Csw.residueBytes(failed)).isEqualTo(512);
  }

  @Test
  void status_ofAnyOtherLength_isRefused() {
    String good = "5553425307000000" + "00000000" + "00";
    for (int length = 0; length <= 12; length++) {
      assertThat(defect(good.substring(0, 2 * length))).isEqualTo("a status of %d bytes", length);
    }
    assertThat(defect(good + "00")).isEqualTo("a status of 14 bytes");
  }

  @Test
  void status_thatIsNotOurs_isRefused() {
    assertThat(defect("5553424307000000" + "00000000" + "00")).contains("signature 43425355");
    assertThat(defect("5553425308000000" + "00000000" + "00")).contains("command 00000008");
  }

  @Test
  void status_withoutMeaning_isRefused() {
    assertThat(defect("5553425307000000" + "01020000" + "00")).isEqualTo("513 bytes left of 512");
    assertThat(defect("5553425307000000" + "ffffffff" + "00")).startsWith("4294967295 bytes left");
    assertThat(defect("5553425307000000" + "00000000" + "03")).isEqualTo("status code 3");
    assertThat(defect("5553425307000000" + "00000000" + "ff")).isEqualTo("status code 255");
  }

  @Test
  void phaseError_isRefused_whateverItsResidue() {
    assertThat(defect("5553425307000000" + "ffffffff" + "02")).isEqualTo("a phase error");
  }
}
