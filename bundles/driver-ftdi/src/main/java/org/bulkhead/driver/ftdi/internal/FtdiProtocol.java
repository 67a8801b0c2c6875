package org.bulkhead.driver.ftdi.internal;

import org.bulkhead.device.serial.ModemLines;
import org.bulkhead.device.usb.ControlRequest;
import org.bulkhead.device.usb.ControlRequest.Recipient;
import org.osgi.service.serial.SerialConstants;
import org.osgi.service.serial.SerialPortConfiguration;

/** The vendor requests and what their fields mean. Pure, no I/O. */
final class FtdiProtocol {

  /** What baud rate -1, "automatic", stands for. */
  static final int DEFAULT_BAUD = SerialConstants.BAUD_9600;

  /** In the value of {@link #data}: hold the line in break. */
  static final int BREAK = 1 << 14;

  static final int DTR = 1;
  static final int RTS = 2;

  private static final int RESET = 0;
  private static final int MODEM_CONTROL = 1;
  private static final int FLOW_CONTROL = 2;
  private static final int BAUD_RATE = 3;
  private static final int DATA = 4;
  private static final int MODEM_STATUS = 5;
  private static final int LATENCY_TIMER = 9;

  private static final int FLOW_RTS_CTS = 1;
  private static final int FLOW_XON_XOFF = 4;
  private static final int XOFF_XON = 0x13_11;

  private static final int RTSCTS =
      SerialConstants.FLOWCONTROL_RTSCTS_IN | SerialConstants.FLOWCONTROL_RTSCTS_OUT;
  private static final int XONXOFF =
      SerialConstants.FLOWCONTROL_XONXOFF_IN | SerialConstants.FLOWCONTROL_XONXOFF_OUT;

  private static final int CTS_BIT = 0x10;
  private static final int DSR_BIT = 0x20;
  private static final int RI_BIT = 0x40;
  private static final int DCD_BIT = 0x80;

  private FtdiProtocol() {}

  /** Puts the port as after power-up: buffers empty, no flow control. */
  static ControlRequest reset(int port) {
    return out(RESET, 0, port);
  }

  /** Empties the buffer of received bytes. */
  static ControlRequest purgeReceived(int port) {
    return out(RESET, 1, port);
  }

  /** Empties the buffer of bytes to be sent. */
  static ControlRequest purgeUnsent(int port) {
    return out(RESET, 2, port);
  }

  /**
   * Sets output lines.
   *
   * @param lines which of {@link #DTR} and {@link #RTS} to touch; the others stay as they are
   */
  static ControlRequest modemControl(int port, int lines, boolean on) {
    return out(MODEM_CONTROL, lines << 8 | (on ? lines : 0), port);
  }

  /** Asks for the two status bytes that also lead each packet. */
  static ControlRequest modemStatus(int port) {
    return ControlRequest.vendorIn(Recipient.DEVICE, MODEM_STATUS, 0, port);
  }

  /**
   * Sets how long received bytes wait for their packet to fill.
   *
   * @param millis 1 to 255
   */
  static ControlRequest latencyTimer(int port, int millis) {
    return out(LATENCY_TIMER, millis, port);
  }

  /**
   * Sets the baud rate.
   *
   * @param divisor as {@link FtdiChip#divisor} gives it
   */
  static ControlRequest baudRate(FtdiChip chip, int port, int divisor) {
    int index = chip.wideIndex() ? divisor >> 8 & 0xff00 | port : divisor >> 16;
    return out(BAUD_RATE, divisor & 0xffff, index);
  }

  /**
   * Sets the format of a character.
   *
   * @param format as {@link #format} gives it, with {@link #BREAK} or without
   */
  static ControlRequest data(int port, int format) {
    return out(DATA, format, port);
  }

  /**
   * Sets flow control.
   *
   * @param mode as {@link #flowMode} gives it
   */
  static ControlRequest flowControl(int port, int mode) {
    return out(FLOW_CONTROL, mode == FLOW_XON_XOFF ? XOFF_XON : 0, mode << 8 | port);
  }

  /**
   * Data bits, parity and stop bits in one word.
   *
   * @throws IllegalArgumentException names what the chips cannot do
   */
  static int format(SerialPortConfiguration configuration) {
    int dataBits = configuration.getDataBits();
    if (dataBits != SerialConstants.DATABITS_7 && dataBits != SerialConstants.DATABITS_8) {
      throw unsupported("data bits", dataBits, "7, 8");
    }
    // The parities count as OSGi's constants do.
    int parity = configuration.getParity();
    if (parity < SerialConstants.PARITY_NONE || parity > SerialConstants.PARITY_SPACE) {
      throw unsupported("parity", parity, "0 (none), 1 (odd), 2 (even), 3 (mark), 4 (space)");
    }
    int stopBits =
        switch (configuration.getStopBits()) {
          case SerialConstants.STOPBITS_1 -> 0;
          case SerialConstants.STOPBITS_2 -> 2;
          default -> throw unsupported("stop bits", configuration.getStopBits(), "1 (1), 2 (2)");
        };
    return dataBits | parity << 8 | stopBits << 11;
  }

  /**
   * The chip's flow control mode.
   *
   * @throws IllegalArgumentException for one direction alone, or two kinds at once
   */
  static int flowMode(SerialPortConfiguration configuration) {
    return switch (configuration.getFlowControl()) {
      case SerialConstants.FLOWCONTROL_NONE -> 0;
      case RTSCTS -> FLOW_RTS_CTS;
      case XONXOFF -> FLOW_XON_XOFF;
      default ->
          throw unsupported(
              "flow control",
              configuration.getFlowControl(),
              "0 (none), 3 (RTS/CTS in and out), 12 (XON/XOFF in and out)");
    };
  }

  /** The baud rate that is meant, with the default in its place. */
  static int baud(SerialPortConfiguration configuration) {
    int baud = configuration.getBaudRate();
    return baud == SerialConstants.BAUD_AUTO ? DEFAULT_BAUD : baud;
  }

  /** Reads the first of the two status bytes. */
  static ModemLines modemLines(int status) {
    return new ModemLines(
        (status & CTS_BIT) != 0,
        (status & DSR_BIT) != 0,
        (status & DCD_BIT) != 0,
        (status & RI_BIT) != 0);
  }

  private static ControlRequest out(int request, int value, int index) {
    return ControlRequest.vendorOut(Recipient.DEVICE, request, value, index);
  }

  private static IllegalArgumentException unsupported(String what, int value, String supported) {
    return new IllegalArgumentException(
        what + " " + value + " not supported; " + supported + " are");
  }
}
