package org.bulkhead.device.usb.descriptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DescriptorParserTest {

  /** QEMU's usb-storage at high speed, as {@code lsusb -v} reads it. */
  private static final byte[] STICK =
      hex(
          """
          12 01 00 02 00 00 00 40 f4 46 01 00 00 00 01 02 03 01  device: 46f4:0001
          09 02 20 00 01 01 00 c0 00                             configuration 1, self powered
          09 04 00 00 02 08 06 50 00                             mass storage, SCSI, bulk-only
          07 05 81 02 00 02 00                                   0x81 bulk in 512
          07 05 02 02 00 02 00                                   0x02 bulk out 512
          """);

  /** A CDC-ACM modem: an association of two interfaces with class descriptors between. */
  private static final byte[] MODEM =
      hex(
          """
          12 01 00 02 ef 02 01 40 25 05 a7 a4 00 03 01 02 03 01  device: misc, IAD
          09 02 4b 00 02 01 00 80 32                             configuration 1, 100 mA
          08 0b 00 02 02 02 01 00                                association of 0 and 1
          09 04 00 00 01 02 02 01 00                             communications, ACM
          05 24 00 10 01                                         header 1.10
          05 24 01 00 01                                         call management
          04 24 02 06                                            ACM
          05 24 06 00 01                                         union 0, 1
          07 05 82 03 0a 00 09                                   0x82 interrupt in 10
          09 04 01 00 02 0a 00 00 00                             data
          07 05 81 02 00 02 00                                   0x81 bulk in 512
          07 05 01 02 00 02 00                                   0x01 bulk out 512
          """);

  private static byte[] hex(String annotated) {
    StringBuilder digits = new StringBuilder();
    for (String line : annotated.lines().toList()) {
      String numbers = line.split(" {2,}")[0];
      digits.append(numbers.replace(" ", ""));
    }
    return HexFormat.of().parseHex(digits);
  }

  @Test
  void stick_isReadWhole() throws Exception {
    UsbDescriptors stick = DescriptorParser.parse(STICK);
    assertThat(stick.irregularities()).isEmpty();
    assertThat(stick.device().vendorId()).isEqualTo(0x46f4);
    assertThat(stick.device().productId()).isEqualTo(1);
    assertThat(stick.device().controlPacketBytes()).isEqualTo(64);
    ConfigurationDescriptor configuration = stick.configuration(1).orElseThrow();
    assertThat(configuration.selfPowered()).isTrue();
    InterfaceDescriptor function = configuration.setting(0, 0).orElseThrow();
    assertThat(function.interfaceClass()).isEqualTo(8);
    assertThat(function.interfaceSubclass()).isEqualTo(6);
    assertThat(function.interfaceProtocol()).isEqualTo(0x50);
    EndpointDescriptor in = function.endpoint(TransferType.BULK, Direction.IN).orElseThrow();
    assertThat(in.address()).isEqualTo(0x81);
    assertThat(in.number()).isEqualTo(1);
    assertThat(in.maxPacketBytes()).isEqualTo(512);
    assertThat(function.endpoint(0x02).orElseThrow().direction()).isEqualTo(Direction.OUT);
    assertThat(function.endpoint(0x83)).isEmpty();
    assertThat(configuration.setting(1, 0)).isEmpty();
    assertThat(stick.configuration(2)).isEmpty();
  }

  @Test
  void modem_keepsItsAssociationAndClassDescriptors() throws Exception {
    UsbDescriptors modem = DescriptorParser.parse(MODEM);
    assertThat(modem.irregularities()).isEmpty();
    ConfigurationDescriptor configuration = modem.configuration(1).orElseThrow();
    assertThat(configuration.interfaces().map(InterfaceDescriptor::number)).containsExactly(0, 1);
    assertThat(configuration.setting(0, 0).orElseThrow().toString()).contains("24");
    assertThat(configuration.setting(1, 0).orElseThrow().endpoints()).hasSize(2);
    EndpointDescriptor notify = configuration.setting(0, 0).orElseThrow().endpoints().get(0);
    assertThat(notify.type()).isEqualTo(TransferType.INTERRUPT);
    assertThat(notify.interval()).isEqualTo(9);
  }

  @Test
  void truncation_atEveryLength_isRefusedOrTold() throws Exception {
    for (byte[] whole : new byte[][] {STICK, MODEM}) {
      for (int length = 0; length < whole.length; length++) {
        byte[] cut = Arrays.copyOf(whole, length);
        if (length < 18) {
          assertThatThrownBy(() -> DescriptorParser.parse(cut))
              .as("%d bytes", length)
              .isInstanceOf(DescriptorException.class)
              .hasMessageContaining("12 01");
        } else {
          assertThat(DescriptorParser.parse(cut).irregularities())
              .as("%d bytes", length)
              .isNotEmpty();
        }
      }
    }
  }

  @Test
  void lengthZero_anywhere_endsTheReading() throws Exception {
    for (byte[] whole : new byte[][] {STICK, MODEM}) {
      for (int at = 18; at < whole.length; at += whole[at] & 0xff) {
        byte[] broken = whole.clone();
        broken[at] = 0;
        assertThat(DescriptorParser.parse(broken).irregularities()).as("byte %d", at).isNotEmpty();
      }
    }
    byte[] device = STICK.clone();
    device[0] = 0;
    assertThatThrownBy(() -> DescriptorParser.parse(device))
        .isInstanceOf(DescriptorException.class);
  }

  @Test
  void irregularities_areFew_howeverManyTheDevicePutsIn() throws Exception {
    byte[] bytes = Arrays.copyOf(STICK, 18 + 60_001);
    System.arraycopy(STICK, 18, bytes, 18, 9);
    bytes[20] = (byte) 60_001;
    bytes[21] = (byte) (60_001 >> 8);
    for (int at = 27; at + 1 < bytes.length; at += 2) {
      bytes[at] = 2;
      bytes[at + 1] = 4;
    }

    assertThat(DescriptorParser.parse(bytes).irregularities())
        .hasSize(101)
        .last()
        .asString()
        .contains("more than 100");
  }

  @Test
  void anyBytes_throwNothingElse() {
    Random random = new Random(4711);
    for (int round = 0; round < 100_000; round++) {
      byte[] bytes = (round % 2 == 0 ? STICK : MODEM).clone();
      for (int i = random.nextInt(6); i >= 0; i--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      try {
        DescriptorParser.parse(Arrays.copyOf(bytes, random.nextInt(bytes.length + 20)));
      } catch (DescriptorException refused) {
        assertThat(refused.getMessage()).isNotBlank();
      }
    }
  }

  @Test
  void string_isReadToItsEnd_orToANul() throws Exception {
    assertThat(string("06 03 41 00 e4 00")).isEqualTo("A\u00e4");
    assertThat(string("08 03 41 00 00 00 42 00")).isEqualTo("A");
    assertThat(string("07 03 41 00 42 00 43")).isEqualTo("AB");
    assertThat(string("02 03")).isEmpty();
    assertThat(string("04 03 00 d8")).isEqualTo("?");
  }

  @Test
  void string_thatIsNone_isRefused() {
    for (String text : new String[] {"", "02", "02 02", "00 03", "01 03", "06 03 41 00"}) {
      assertThatThrownBy(() -> string(text)).as(text).isInstanceOf(DescriptorException.class);
    }
  }

  private static String string(String hex) throws DescriptorException {
    return DescriptorParser.parseString(ByteBuffer.wrap(hex(hex)));
  }
}
