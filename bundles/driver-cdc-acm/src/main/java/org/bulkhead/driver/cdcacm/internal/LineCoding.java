package org.bulkhead.driver.cdcacm.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.osgi.service.serial.SerialConstants;
import org.osgi.service.serial.SerialPortConfiguration;

/**
 * The line coding structure (PSTN 1.2 table 17). Pure, no I/O.
 *
 * @param baudRate {@code dwDTERate}, bits per second
 * @param stopBits {@code bCharFormat}: 0 for one, 1 for one and a half, 2 for two
 * @param parity {@code bParityType}: 0 none, 1 odd, 2 even, 3 mark, 4 space
 * @param dataBits {@code bDataBits}: 5, 6, 7, 8 or 16
 */
record LineCoding(long baudRate, int stopBits, int parity, int dataBits) {

  /** The structure's length. */
  static final int BYTES = 7;

  /** What baud rate -1, "automatic", stands for. */
  static final int DEFAULT_BAUD = SerialConstants.BAUD_9600;

  /**
   * Puts a configuration into codes.
   *
   * @throws IllegalArgumentException names the setting that has none
   */
  static LineCoding of(SerialPortConfiguration configuration) {
    int baud = configuration.getBaudRate();
    if (baud != SerialConstants.BAUD_AUTO && baud <= 0) {
      throw unsupported("baud rate", baud, "more than 0, and -1 (automatic),");
    }
    int dataBits = configuration.getDataBits();
    if ((dataBits < SerialConstants.DATABITS_5 || dataBits > SerialConstants.DATABITS_8)
        && dataBits != 16) {
      throw unsupported("data bits", dataBits, "5, 6, 7, 8, 16");
    }
    // The parities count as OSGi's constants do.
    int parity = configuration.getParity();
    if (parity < SerialConstants.PARITY_NONE || parity > SerialConstants.PARITY_SPACE) {
      throw unsupported("parity", parity, "0 (none), 1 (odd), 2 (even), 3 (mark), 4 (space)");
    }
    int stopBits =
        switch (configuration.getStopBits()) {
          case SerialConstants.STOPBITS_1 -> 0;
          case SerialConstants.STOPBITS_1_5 -> 1;
          case SerialConstants.STOPBITS_2 -> 2;
          default ->
              throw unsupported("stop bits", configuration.getStopBits(), "1 (1), 2 (2), 3 (1.5)");
        };
    if (configuration.getFlowControl() != SerialConstants.FLOWCONTROL_NONE) {
      throw unsupported(
          "flow control",
          configuration.getFlowControl(),
          "0 (none; the device holds the sender back by itself)");
    }
    return new LineCoding(
        baud == SerialConstants.BAUD_AUTO ? DEFAULT_BAUD : baud, stopBits, parity, dataBits);
  }

  /**
   * Reads the structure.
   *
   * @param bytes from position to limit; what is behind the structure is left alone
   * @return the coding, or null where it is not whole
   */
  static LineCoding read(ByteBuffer bytes) {
    if (bytes.remaining() < BYTES) {
      return null;
    }
    ByteBuffer in = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
    return new LineCoding(
        in.getInt(0) & 0xffff_ffffL, in.get(4) & 0xff, in.get(5) & 0xff, in.get(6) & 0xff);
  }

  /** Writes the structure, {@link #BYTES} from position on. */
  void write(ByteBuffer to) {
    for (int shift = 0; shift < 32; shift += 8) {
      to.put((byte) (baudRate >> shift));
    }
    to.put((byte) stopBits).put((byte) parity).put((byte) dataBits);
  }

  private static IllegalArgumentException unsupported(String what, int value, String supported) {
    return new IllegalArgumentException(
        what + " " + value + " not supported; " + supported + " are");
  }
}
