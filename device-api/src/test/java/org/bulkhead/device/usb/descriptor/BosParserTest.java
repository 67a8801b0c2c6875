package org.bulkhead.device.usb.descriptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.bulkhead.device.usb.descriptor.DeviceCapability.ContainerId;
import org.bulkhead.device.usb.descriptor.DeviceCapability.DescriptorSet;
import org.bulkhead.device.usb.descriptor.DeviceCapability.MicrosoftOs;
import org.bulkhead.device.usb.descriptor.DeviceCapability.Other;
import org.bulkhead.device.usb.descriptor.DeviceCapability.Platform;
import org.bulkhead.device.usb.descriptor.DeviceCapability.SublinkSpeed;
import org.bulkhead.device.usb.descriptor.DeviceCapability.SuperSpeed;
import org.bulkhead.device.usb.descriptor.DeviceCapability.SuperSpeedPlus;
import org.bulkhead.device.usb.descriptor.DeviceCapability.Usb2Extension;
import org.bulkhead.device.usb.descriptor.DeviceCapability.WebUsb;
import org.junit.jupiter.api.Test;

class BosParserTest {

  private static final String EXTENSION = "07 10 02 06 00 00 00";
  private static final String SUPERSPEED = "0a 10 03 00 0e 00 03 0a ff 07";
  private static final String WEB_USB =
      "18 10 05 00 38 b6 08 34 a9 09 a0 47 8b fd a0 76 88 15 b6 65 00 01 22 01";
  private static final String MICROSOFT =
      "1c 10 05 00 df 60 dd d8 89 45 c7 4c 9c d2 65 9d 9e 64 8a 9f 00 00 03 06 9e 00 20 00";

  private static byte[] bos(String... capabilities) {
    String body = String.join(" ", capabilities);
    byte[] bytes = hex("05 0f 00 00 00 " + body);
    bytes[2] = (byte) bytes.length;
    bytes[3] = (byte) (bytes.length >> 8);
    bytes[4] = (byte) capabilities.length;
    return bytes;
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits.replace(" ", ""));
  }

  private static DeviceCapability only(String capability) throws DescriptorException {
    BosDescriptor parsed = BosParser.parse(bos(capability));
    assertThat(parsed.irregularities()).isEmpty();
    assertThat(parsed.capabilities()).hasSize(1);
    return parsed.capabilities().get(0);
  }

  @Test
  void stickOfUsb3_saysItsSpeeds() throws Exception {
    BosDescriptor parsed = BosParser.parse(bos(EXTENSION, SUPERSPEED));

    assertThat(parsed.irregularities()).isEmpty();
    assertThat(parsed.capability(Usb2Extension.class).orElseThrow().linkPowerManagement()).isTrue();
    assertThat(parsed.capability(SuperSpeed.class))
        .contains(new SuperSpeed(0, 0x0e, 3, 10, 0x07ff));
    assertThat(parsed.capability(ContainerId.class)).isEmpty();
  }

  @Test
  void container_isNumbersThenBytes() throws Exception {
    assertThat(only("14 10 04 00 33 22 11 00 55 44 77 66 88 99 aa bb cc dd ee ff"))
        .isEqualTo(new ContainerId(UUID.fromString("00112233-4455-6677-8899-aabbccddeeff")));
  }

  @Test
  void webUsb_saysItsCodeAndPage() throws Exception {
    assertThat(only(WEB_USB)).isEqualTo(new WebUsb(0x0100, 0x22, 1));
  }

  @Test
  void microsoft_saysWhereItsDescriptorsAre() throws Exception {
    assertThat(only(MICROSOFT))
        .isEqualTo(new MicrosoftOs(List.of(new DescriptorSet(0x0603_0000L, 0x9e, 0x20, 0))));
  }

  @Test
  void otherPlatform_isKeptWhole() throws Exception {
    Platform platform =
        (Platform) only("16 10 05 00 01 00 00 00 02 00 03 00 04 05 06 07 08 09 0a 0b aa bb");

    assertThat(platform.id()).isEqualTo(UUID.fromString("00000001-0002-0003-0405-060708090a0b"));
    assertThat(platform.raw().bytes().getShort(20)).isEqualTo((short) 0xbbaa);
  }

  @Test
  void superSpeedPlus_saysTheSpeedOfEachDirection() throws Exception {
    SuperSpeedPlus plus =
        (SuperSpeedPlus) only("14 10 0a 00 01 00 00 00 00 11 00 00 30 40 0a 00 f1 40 05 00");

    assertThat(plus.functionality()).isEqualTo(0x1100);
    assertThat(plus.speeds())
        .containsExactly(
            new SublinkSpeed(0, false, false, true, 10_000_000_000L),
            new SublinkSpeed(1, true, true, true, 5_000_000_000L));
  }

  @Test
  void unknownCapability_isKeptRaw() throws Exception {
    Other other = (Other) only("08 10 0d 00 11 22 33 44");

    assertThat(other.type()).isEqualTo(0x0d);
    assertThat(other.raw().lengthBytes()).isEqualTo(8);
  }

  @Test
  void capabilityThatIsTooShort_isKeptRawAndTold() throws Exception {
    for (String cut :
        new String[] {
          "06 10 02 06 00 00",
          "09 10 03 00 0e 00 03 0a ff",
          "04 10 04 00",
          "04 10 05 00",
          "0b 10 0a 00 01 00 00 00 00 11 00",
          "10 10 0a 00 01 00 00 00 00 11 00 00 30 40 0a 00"
        }) {
      BosDescriptor parsed = BosParser.parse(bos(cut));
      assertThat(parsed.capabilities()).as(cut).hasOnlyElementsOfType(Other.class);
      assertThat(parsed.irregularities()).as(cut).hasSize(1);
    }
  }

  @Test
  void microsoftWithHalfASet_isAPlatform() throws Exception {
    assertThat(only("15" + MICROSOFT.substring(2, 60) + "00")).isInstanceOf(Platform.class);
  }

  @Test
  void whatIsNoCapability_isPassedOverAndTold() throws Exception {
    BosDescriptor parsed = BosParser.parse(bos("04 0f 00 00", EXTENSION, "02 10"));

    assertThat(parsed.capabilities()).containsExactly(new Usb2Extension(6));
    assertThat(parsed.irregularities()).hasSize(3);
  }

  @Test
  void truncation_atEveryLength_isRefusedOrTold() throws Exception {
    byte[] whole = bos(EXTENSION, SUPERSPEED, WEB_USB, MICROSOFT);
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      if (length < 5) {
        assertThatThrownBy(() -> BosParser.parse(cut))
            .as("%d bytes", length)
            .isInstanceOf(DescriptorException.class)
            .hasMessageContaining("05 0f");
      } else {
        assertThat(BosParser.parse(cut).irregularities()).as("%d bytes", length).isNotEmpty();
      }
    }
  }

  @Test
  void lengthZero_endsTheReading() throws Exception {
    assertThat(BosParser.parse(bos(EXTENSION, "00 10")).capabilities()).hasSize(1);
  }

  @Test
  void whatIsBehindTheTotal_isLeftOut() throws Exception {
    byte[] bytes = Arrays.copyOf(bos(EXTENSION), 40);

    assertThat(BosParser.parse(bytes).capabilities()).hasSize(1);
    assertThat(BosParser.parse(bytes).irregularities()).hasSize(1);
  }
}
