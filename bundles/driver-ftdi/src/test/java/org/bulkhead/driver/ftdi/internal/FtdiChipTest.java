package org.bulkhead.driver.ftdi.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bulkhead.device.usb.descriptor.DeviceDescriptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FtdiChipTest {

  /** AN232B-05, the table of divisors, and its rules for the fractions that the table lacks. */
  @ParameterizedTest
  @CsvSource({
    "183, 0x3FFF",
    "300, 0x2710",
    "600, 0x1388",
    "1200, 0x09C4",
    "2400, 0x04E2",
    "4800, 0x0271",
    "9600, 0x4138",
    "19200, 0x809C",
    "38400, 0xC04E",
    "57600, 0xC034",
    "115200, 0x001A",
    "230400, 0x000D",
    "460800, 0x4006",
    "921600, 0x8003",
    "1000000, 0x0003",
    "1500000, 0x0002",
    "2000000, 0x0001",
    "3000000, 0x0000"
  })
  void divisorOfBm_isThatOfTheApplicationNote(int baud, String divisor) {
    assertThat(FtdiChip.FT232BM.divisor(baud) & 0x3fff).isEqualTo(decode(divisor) & 0x3fff);
    if (baud != 183) {
      assertThat(FtdiChip.FT232BM.divisor(baud)).isEqualTo(decode(divisor));
    }
  }

  @ParameterizedTest
  @CsvSource({
    // 3 MHz / 2.375, 2.625, 2.75, 2.875: codes 4 to 7, whose third bit is bit 16
    "1263158, 0x10002",
    "1142857, 0x14002",
    "1090909, 0x18002",
    "1043478, 0x1C002"
  })
  void fractionsOfBm_haveTheirCodes(int baud, String divisor) {
    assertThat(FtdiChip.FT232BM.divisor(baud)).isEqualTo(decode(divisor));
  }

  @ParameterizedTest
  @CsvSource({
    "9600, 0x4138",
    "38400, 0xC04E",
    "57600, 0xC034",
    "3000000, 0x0000",
    "460800, 0x4006"
  })
  void divisorOfAm_usesItsFourFractions(int baud, String divisor) {
    assertThat(FtdiChip.FT8U232AM.divisor(baud)).isEqualTo(decode(divisor));
  }

  @ParameterizedTest
  @ValueSource(ints = {2_000_000, 1_263_158})
  void rateBetweenTheFractionsOfAm_isRefused(int baud) {
    assertThatThrownBy(() -> FtdiChip.FT8U232AM.divisor(baud))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("baud rate " + baud);
  }

  @ParameterizedTest
  @CsvSource({
    "300, 0x02710",
    "600, 0x01388",
    "1200, 0x22710",
    "9600, 0x204E2",
    "115200, 0x2C068",
    "921600, 0x2000D",
    "3000000, 0x20004",
    "6000000, 0x20002",
    "8000000, 0x20001",
    "12000000, 0x20000"
  })
  void divisorOfHTypes_usesTheFastClockWhereItReaches(int baud, String divisor) {
    assertThat(FtdiChip.FT232H.divisor(baud)).isEqualTo(decode(divisor));
  }

  @ParameterizedTest
  @EnumSource(FtdiChip.class)
  void everyRateTaken_isWithinThreePerCent(FtdiChip chip) {
    for (int baud = 150; baud < 13_000_000; baud += 1 + baud / 37) {
      int divisor;
      try {
        divisor = chip.divisor(baud);
      } catch (IllegalArgumentException e) {
        continue;
      }
      assertThat(rate(divisor)).isBetween(baud * 0.97, baud * 1.03);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -2, 0, 1, 110, 170, 2_500_000, 3_200_000, 12_000_000})
  void rateThatCannotBeMade_isRefusedByName(int baud) {
    assertThatThrownBy(() -> FtdiChip.FT232R.divisor(baud))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("baud rate " + baud)
        .hasMessageContaining("183 to 3000000");
  }

  @Test
  void rateAboveTwelveMegabaud_isRefused() {
    assertThatThrownBy(() -> FtdiChip.FT2232H.divisor(Integer.MAX_VALUE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("12000000");
  }

  @ParameterizedTest
  @CsvSource({
    "0x0200, FT8U232AM",
    "0x0400, FT232BM",
    "0x0500, FT2232C",
    "0x0600, FT232R",
    "0x0700, FT2232H",
    "0x0800, FT4232H",
    "0x0900, FT232H",
    "0x1000, FT_X",
    "0x3600, FT4232HA",
    "0x4200, FT232BM"
  })
  void version_tellsTheChip(String version, FtdiChip chip) {
    assertThat(FtdiChip.of(device(decode(version), 3))).isEqualTo(chip);
  }

  @Test
  void bmWithoutSerialNumber_isNotTakenForAnAm() {
    assertThat(FtdiChip.of(device(0x0200, 0))).isEqualTo(FtdiChip.FT232BM);
  }

  @Test
  void chipOfAnotherProtocol_isRefused() {
    assertThatThrownBy(() -> FtdiChip.of(device(0x0110, 3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0110");
  }

  @Test
  void port_isTheInterfacePlusOneOnChipsWithSeveral() {
    assertThat(FtdiChip.FT4232H.port(3)).isEqualTo(4);
    assertThat(FtdiChip.FT232H.port(0)).isZero();
    assertThat(FtdiChip.FT232R.port(0)).isZero();
  }

  static DeviceDescriptor device(int version, int serialNumberIndex) {
    return new DeviceDescriptor(
        0x0200, 0, 0, 0, 8, 0x0403, 0x6001, version, 1, 2, serialNumberIndex, 1);
  }

  /** Reads a divisor as the chip does. */
  private static double rate(int divisor) {
    int[] eighths = {0, 4, 2, 1, 3, 5, 6, 7};
    double clock = (divisor & 0x20000) != 0 ? 12e6 : 3e6;
    int integer = divisor & 0x3fff;
    int fraction = eighths[divisor >> 14 & 7];
    if (integer == 0) {
      return clock;
    }
    return integer == 1 ? clock / 1.5 : clock / (integer + fraction / 8.0);
  }

  private static int decode(String hex) {
    return Integer.decode(hex);
  }
}
