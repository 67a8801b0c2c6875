package org.bulkhead.driver.ftdi.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bulkhead.device.serial.ModemLines;
import org.bulkhead.device.usb.ControlRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.service.serial.SerialPortConfiguration;

class FtdiProtocolTest {

  @ParameterizedTest
  @CsvSource({
    // data bits, parity, stop bits, as OSGi counts them
    "8, 0, 1, 0x0008",
    "7, 2, 1, 0x0207",
    "7, 1, 2, 0x1107",
    "8, 3, 1, 0x0308",
    "8, 4, 2, 0x1408"
  })
  void format_packsDataBitsParityAndStopBits(int data, int parity, int stop, String word) {
    SerialPortConfiguration c = new SerialPortConfiguration(9600, data, 0, parity, stop);
    assertThat(FtdiProtocol.format(c)).isEqualTo(Integer.decode(word));
  }

  @ParameterizedTest
  @CsvSource({
    "5, 0, 1, 'data bits 5 not supported; 7, 8 are'",
    "6, 0, 1, data bits 6",
    "9, 0, 1, data bits 9",
    "8, 5, 1, parity 5",
    "8, -1, 1, parity -1",
    "8, 0, 3, 'stop bits 3 not supported; 1 (1), 2 (2) are'",
    "8, 0, 0, stop bits 0"
  })
  void formatThatCannotBe_isRefusedByName(int data, int parity, int stop, String message) {
    SerialPortConfiguration c = new SerialPortConfiguration(9600, data, 0, parity, stop);
    assertThatThrownBy(() -> FtdiProtocol.format(c))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "3, 1", "12, 4"})
  void flowControl_mapsBothDirectionsAtOnce(int osgi, int mode) {
    assertThat(FtdiProtocol.flowMode(flow(osgi))).isEqualTo(mode);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8, 15, 16, -1})
  void flowControlOfOneDirectionOrTwoKinds_isRefusedByName(int osgi) {
    assertThatThrownBy(() -> FtdiProtocol.flowMode(flow(osgi)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("flow control " + osgi)
        .hasMessageContaining("RTS/CTS");
  }

  @Test
  void automaticBaud_is9600() {
    assertThat(FtdiProtocol.baud(new SerialPortConfiguration())).isEqualTo(9600);
  }

  @Test
  void baudOfSinglePortChips_putsHighBitsIntoTheLowByteOfTheIndex() {
    assertThat(FtdiProtocol.baudRate(FtdiChip.FT232R, 0, 0x1c002))
        .isEqualTo(new ControlRequest(0x40, 3, 0xc002, 1));
  }

  @Test
  void baudOfMultiPortChips_putsHighBitsAboveThePort() {
    assertThat(FtdiProtocol.baudRate(FtdiChip.FT2232H, 2, 0x2c068))
        .isEqualTo(new ControlRequest(0x40, 3, 0xc068, 0x0202));
    assertThat(FtdiProtocol.baudRate(FtdiChip.FT232H, 0, 0x30002))
        .isEqualTo(new ControlRequest(0x40, 3, 0x0002, 0x0300));
  }

  @Test
  void modemControl_masksWhatItLeavesAlone() {
    assertThat(FtdiProtocol.modemControl(1, FtdiProtocol.DTR, true))
        .isEqualTo(new ControlRequest(0x40, 1, 0x0101, 1));
    assertThat(FtdiProtocol.modemControl(1, FtdiProtocol.RTS, false))
        .isEqualTo(new ControlRequest(0x40, 1, 0x0200, 1));
  }

  @Test
  void flowControl_carriesModeAboveThePortAndItsCharacters() {
    assertThat(FtdiProtocol.flowControl(2, 4))
        .isEqualTo(new ControlRequest(0x40, 2, 0x1311, 0x0402));
    assertThat(FtdiProtocol.flowControl(2, 1)).isEqualTo(new ControlRequest(0x40, 2, 0, 0x0102));
  }

  @ParameterizedTest
  @CsvSource({
    "0x01, false, false, false, false",
    "0x11, true, false, false, false",
    "0x21, false, true, false, false",
    "0x41, false, false, false, true",
    "0x81, false, false, true, false",
    "0xf1, true, true, true, true"
  })
  void modemLines_areTheHighBits(String status, boolean cts, boolean dsr, boolean dcd, boolean ri) {
    assertThat(FtdiProtocol.modemLines(Integer.decode(status)))
        .isEqualTo(new ModemLines(cts, dsr, dcd, ri));
  }

  private static SerialPortConfiguration flow(int osgi) {
    return new SerialPortConfiguration(9600, 8, osgi, 0, 1);
  }
}
