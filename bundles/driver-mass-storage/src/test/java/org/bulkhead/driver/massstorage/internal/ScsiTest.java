package org.bulkhead.driver.massstorage.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.Random;
import org.bulkhead.device.block.BlockGeometry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScsiTest {

  private final ByteBuffer command = ByteBuffer.allocate(16);

  private String written() {
    byte[] bytes = new byte[command.remaining()];
    command.get(command.position(), bytes);
    return HexFormat.of().formatHex(bytes);
  }

  private static ByteBuffer answer(String hex) {
    // Little-endian, as the memory of transfers is.
    return ByteBuffer.wrap(HexFormat.of().parseHex(hex)).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Test
  void commands_areThoseOfTheStandards() {
    Scsi.testUnitReady(command);
    assertThat(written()).isEqualTo("000000000000");
    Scsi.requestSense(command);
    assertThat(written()).isEqualTo("030000001200");
    Scsi.readCapacity10(command);
    assertThat(written()).isEqualTo("25000000000000000000");
    Scsi.readCapacity16(command);
    assertThat(written()).isEqualTo("9e100000000000000000000000200000");
    Scsi.synchronizeCache(command);
    assertThat(written()).isEqualTo("35000000000000000000");
  }

  @Test
  void read_takesTheLongFormOnlyPastTheShortOnesReach() {
    Scsi.read(command, 0xffff_fff0L, 16);
    assertThat(written()).isEqualTo("2800fffffff000001000");
    Scsi.read(command, 0xffff_fff0L, 17);
    assertThat(written()).isEqualTo("880000000000fffffff0000000110000");
    Scsi.write(command, 0x1_0203_0405L, 2);
    assertThat(written()).isEqualTo("8a000000000102030405000000020000");
  }

  @Test
  void capacity10_isLastBlockAndBlockSize() {
    assertThat(Scsi.capacity10(answer("001dffff00000200")))
        .isEqualTo(new BlockGeometry(512, 0x1e0000));
    assertThat(Scsi.capacity10(answer("fffffffe00001000")))
        .isEqualTo(new BlockGeometry(4096, 0xffff_ffffL));
  }

  @Test
  void capacity10_ofALargeMedium_refersToTheLongForm() {
    assertThat(Scsi.capacity10(answer("ffffffff00000200"))).isNull();
    assertThat(Scsi.capacity16(answer("00000001ffffffff00000200" + "00".repeat(20))))
        .isEqualTo(new BlockGeometry(512, 0x2_0000_0000L));
  }

  @ParameterizedTest
  @CsvSource({"00000000", "00000001", "00000201", "00000100", "00020000", "ffffffff", "80000000"})
  void capacity_withAnImpossibleBlockSize_isAnError(String blockSize) {
    assertThatThrownBy(() -> Scsi.capacity10(answer("001dffff" + blockSize)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("block size of");
  }

  @ParameterizedTest
  @CsvSource({"ffffffffffffffff", "7fffffffffffffff", "8000000000000000", "00ffffffffffffff"})
  void capacity_withAnImpossibleBlockCount_isAnError(String lastBlock) {
    assertThatThrownBy(() -> Scsi.capacity16(answer(lastBlock + "00000200" + "00".repeat(20))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("block count of");
  }

  @Test
  void capacity_truncatedAnywhere_isAnError() {
    for (int length = 0; length < 8; length++) {
      ByteBuffer cut = answer("001dffff00000200").limit(length);
      assertThatThrownBy(() -> Scsi.capacity10(cut)).isInstanceOf(IllegalArgumentException.class);
    }
    for (int length = 0; length < 12; length++) {
      ByteBuffer cut = answer("00000001ffffffff00000200").limit(length);
      assertThatThrownBy(() -> Scsi.capacity16(cut)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static final String QEMU_INQUIRY =
      "0000050223000010" // direct access, not removable, SPC-3, 35 more bytes
          + "51454d5520202020" // QEMU
          + "51454d55204841524444495 34b202020".replace(" ", "") // QEMU HARDDISK
          + "322e352b"; // 2.5+

  @Test
  void inquiry_namesTheUnit() {
    Scsi.Inquiry inquiry = Scsi.Inquiry.parse(answer(QEMU_INQUIRY));
    assertThat(inquiry).isEqualTo(new Scsi.Inquiry(0, 0, "QEMU QEMU HARDDISK 2.5+"));
    assertThat(inquiry.isBlockDevice()).isTrue();
  }

  @Test
  void inquiry_truncatedAnywhere_givesWhatIsThere() {
    for (int length = 0; length <= 36; length++) {
      Scsi.Inquiry inquiry = Scsi.Inquiry.parse(answer(QEMU_INQUIRY).limit(length));
      assertThat(inquiry.isBlockDevice()).isEqualTo(length > 0);
      assertThat("QEMU QEMU HARDDISK 2.5+").startsWith(inquiry.name());
    }
  }

  @Test
  void inquiry_ofAnAbsentOrOtherUnit_isNoBlockDevice() {
    assertThat(Scsi.Inquiry.parse(answer("7f" + "00".repeat(35))).isBlockDevice()).isFalse();
    assertThat(Scsi.Inquiry.parse(answer("20" + "00".repeat(35))).isBlockDevice()).isFalse();
    assertThat(Scsi.Inquiry.parse(answer("0d" + "00".repeat(35))).isBlockDevice()).isFalse();
    assertThat(Scsi.Inquiry.parse(answer("05" + "00".repeat(35))).isBlockDevice()).isTrue();
  }

  @Test
  void sense_ofBothFormats_isRead() {
    assertThat(Sense.parse(answer("70000200000000 0a00000000 3a00 00000000".replace(" ", ""))))
        .isEqualTo(new Sense(2, 0x3a, 0))
        .hasToString("not ready, no medium (sense 2/3a/00)");
    assertThat(Sense.parse(answer("7206290200000000")))
        .isEqualTo(new Sense(6, 0x29, 2))
        .hasToString("unit attention, the device was reset (sense 6/29/02)");
  }

  @Test
  void sense_withAnUnknownCode_isStillNamedByItsKey() {
    assertThat(new Sense(3, 0x99, 1)).hasToString("medium error (sense 3/99/01)");
  }

  @Test
  void sense_truncatedAnywhere_givesWhatIsThere() {
    String whole = "f00003000000000a00000000110b00000000";
    for (int length = 0; length <= 18; length++) {
      Sense sense = Sense.parse(answer(whole).limit(length));
      assertThat(sense.key()).isEqualTo(length > 2 ? 3 : 0);
      assertThat(sense.code()).isEqualTo(length > 12 ? 0x11 : 0);
      assertThat(sense.qualifier()).isEqualTo(length > 13 ? 0x0b : 0);
    }
  }

  @Test
  void answers_ofRandomBytes_throwNothingUndocumented() {
    Random random = new Random(1);
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = new byte[random.nextInt(40)];
      random.nextBytes(bytes);
      ByteBuffer data = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      assertThat(Sense.parse(data).toString()).isNotEmpty();
      assertThat(Scsi.Inquiry.parse(data).name()).matches("[ -~]*");
      try {
        Scsi.capacity10(data);
        Scsi.capacity16(data);
      } catch (IllegalArgumentException documented) {
        assertThat(documented).hasMessageContaining(" of ");
      }
      Csw.defect(data, 1, 512);
    }
  }
}
