package org.bulkhead.driver.cdcacm.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.service.serial.SerialPortConfiguration;

class LineCodingTest {

  @ParameterizedTest
  @CsvSource({
    // baud, data bits, parity, stop bits as OSGi counts them; the structure of PSTN 1.2 table 17
    "115200, 8, 0, 1, 00c20100000008",
    "9600, 7, 2, 2, 80250000020207",
    "300, 5, 1, 3, 2c010000010105",
    "3000000, 16, 4, 1, c0c62d00000410",
    "-1, 8, 3, 1, 80250000000308"
  })
  void configuration_isWrittenAsTheSpecificationHasIt(
      int baud, int data, int parity, int stop, String structure) {
    ByteBuffer bytes = ByteBuffer.allocate(LineCoding.BYTES);
    LineCoding coding = LineCoding.of(new SerialPortConfiguration(baud, data, 0, parity, stop));
    coding.write(bytes);
    assertThat(HexFormat.of().formatHex(bytes.array())).isEqualTo(structure);
    assertThat(LineCoding.read(bytes.flip())).isEqualTo(coding);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 8, 0, 0, 1, baud rate 0",
    "-2, 8, 0, 0, 1, baud rate -2",
    "9600, 4, 0, 0, 1, data bits 4",
    "9600, 9, 0, 0, 1, data bits 9",
    "9600, 8, 3, 0, 1, flow control 3",
    "9600, 8, 0, 5, 1, parity 5",
    "9600, 8, 0, -1, 1, parity -1",
    "9600, 8, 0, 0, 0, stop bits 0",
    "9600, 8, 0, 0, 4, stop bits 4"
  })
  void configurationWithoutCode_isRefusedByName(
      int baud, int data, int flow, int parity, int stop, String message) {
    SerialPortConfiguration c = new SerialPortConfiguration(baud, data, flow, parity, stop);
    assertThatThrownBy(() -> LineCoding.of(c))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6})
  void truncatedStructure_isNone(int length) {
    assertThat(LineCoding.read(ByteBuffer.allocate(length))).isNull();
  }

  @Test
  void baudRate_isUnsigned() {
    ByteBuffer bytes = ByteBuffer.allocate(8).putInt(-1).position(0);
    assertThat(LineCoding.read(bytes).baudRate()).isEqualTo(0xffff_ffffL);
  }
}
