package org.bulkhead.transport.libusb.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.bulkhead.device.usb.descriptor.TransferType;
import org.junit.jupiter.api.Test;

class LayoutTest {

  private static final byte[] TWO_CONFIGURATIONS =
      HexFormat.ofDelimiter(" ")
          .parseHex(
              String.join(
                  " ",
                  "12 01 00 02 00 00 00 40 09 12 01 00 00 01 00 00 00 02",
                  // Configuration 1: interface 0 with settings 0 and 1, interface 3.
                  "09 02 37 00 02 01 00 80 32",
                  "09 04 00 00 01 ff 00 00 00",
                  "07 05 81 02 00 02 00",
                  "09 04 00 01 01 ff 00 00 00",
                  "07 05 81 05 00 02 01",
                  "09 04 03 00 01 ff 00 00 00",
                  "07 05 02 03 40 00 04",
                  // Configuration 2: interface 7.
                  "09 02 19 00 01 02 00 80 32",
                  "09 04 07 00 01 ff 00 00 00",
                  "07 05 83 02 00 02 00"));

  @Test
  void activeConfiguration_isAllThatIsThere() {
    Layout layout = new Layout(TWO_CONFIGURATIONS, 1);

    assertThat(layout.interfaces()).containsExactlyInAnyOrder(0, 3);
    assertThat(layout.hasSetting(0, 1)).isTrue();
    assertThat(layout.hasSetting(3, 1)).isFalse();
    assertThat(layout.hasSetting(0, 256)).isFalse();
    assertThat(layout.interfaceOf(0x81)).isZero();
    assertThat(layout.interfaceOf(0x02)).isEqualTo(3);
    assertThat(layout.interfaceOf(0x83)).isEqualTo(-1);
  }

  @Test
  void endpoint_mayBeOfAnotherTypeInAnotherSetting() {
    Layout layout = new Layout(TWO_CONFIGURATIONS, 1);

    assertThat(layout.isOfType(0x81, TransferType.BULK)).isTrue();
    assertThat(layout.isOfType(0x81, TransferType.ISOCHRONOUS)).isTrue();
    assertThat(layout.isOfType(0x81, TransferType.INTERRUPT)).isFalse();
    assertThat(layout.isOfType(0x181, TransferType.BULK)).isFalse();
    assertThat(layout.isOfType(-127, TransferType.BULK)).isFalse();
  }

  @Test
  void unconfigured_hasNothing() {
    assertThat(new Layout(TWO_CONFIGURATIONS, 0).interfaces()).isEmpty();
  }

  @Test
  void truncatedOrDamagedBytes_areReadAsFarAsTheyGo() {
    for (int length = 0; length < TWO_CONFIGURATIONS.length; length++) {
      byte[] part = Arrays.copyOf(TWO_CONFIGURATIONS, length);
      assertThatCode(() -> new Layout(part, 1)).doesNotThrowAnyException();
    }
    Random random = new Random(1);
    for (int round = 0; round < 10_000; round++) {
      byte[] damaged = TWO_CONFIGURATIONS.clone();
      for (int i = 0; i < 3; i++) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      assertThatCode(() -> new Layout(damaged, 1)).doesNotThrowAnyException();
    }
  }
}
