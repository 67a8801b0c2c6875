package org.bulkhead.commands.internal;

import java.util.List;
import java.util.Optional;
import org.bulkhead.console.CommandFailure;
import org.osgi.service.serial.SerialConstants;
import org.osgi.service.serial.SerialDevice;
import org.osgi.service.serial.SerialDeviceException;
import org.osgi.service.serial.SerialPortConfiguration;

/** The settings of a serial port in words; the fields are those of its JSON. */
record SerialSettings(
    String id,
    int baud,
    int dataBits,
    String parity,
    String stopBits,
    String flowControl,
    boolean dtr,
    boolean rts,
    boolean cts,
    boolean dsr) {

  private static final int FASTEST_BAUD = 100_000_000;

  /** In the order of {@code SerialConstants.PARITY_…}, from 0. */
  static final List<String> PARITIES = List.of("none", "odd", "even", "mark", "space");

  /** In the order of {@code SerialConstants.STOPBITS_…}, from 1. */
  static final List<String> STOP_BITS = List.of("1", "2", "1.5");

  static final List<String> FLOWS = List.of("none", "rtscts", "xonxoff");
  static final List<String> LINE = List.of("off", "on");
  private static final int RTSCTS =
      SerialConstants.FLOWCONTROL_RTSCTS_IN | SerialConstants.FLOWCONTROL_RTSCTS_OUT;
  private static final int XONXOFF =
      SerialConstants.FLOWCONTROL_XONXOFF_IN | SerialConstants.FLOWCONTROL_XONXOFF_OUT;

  static SerialSettings of(SerialDevice port, String id) {
    SerialPortConfiguration now = port.getConfiguration();
    return new SerialSettings(
        id,
        now.getBaudRate(),
        now.getDataBits(),
        PARITIES.get(now.getParity()),
        STOP_BITS.get(now.getStopBits() - 1),
        flow(now.getFlowControl()),
        port.isDTR(),
        port.isRTS(),
        port.isCTS(),
        port.isDSR());
  }

  /** Changes what is given; does nothing where nothing is. */
  static void apply(
      SerialDevice port, String baud, String data, String parity, String stop, String flow)
      throws SerialDeviceException {
    if (!(baud + data + parity + stop + flow).isEmpty()) {
      try {
        port.setConfiguration(change(port.getConfiguration(), baud, data, parity, stop, flow));
      } catch (IllegalArgumentException e) {
        throw new CommandFailure(CommandFailure.USAGE, e.getMessage());
      }
    }
  }

  /** The settings with those changed that are given; an empty text leaves one as it is. */
  static SerialPortConfiguration change(
      SerialPortConfiguration now,
      String baud,
      String data,
      String parity,
      String stop,
      String flow) {
    return new SerialPortConfiguration(
        baud.isEmpty()
            ? now.getBaudRate()
            : (int) Arguments.number("the baud rate", baud, 1, FASTEST_BAUD),
        data.isEmpty() ? now.getDataBits() : (int) Arguments.number("--data", data, 5, 8),
        flow.isEmpty() ? now.getFlowControl() : flowControl(flow),
        parity.isEmpty() ? now.getParity() : position("--parity", parity, PARITIES),
        stop.isEmpty() ? now.getStopBits() : position("--stop", stop, STOP_BITS) + 1);
  }

  private static int flowControl(String word) {
    return switch (position("--flow", word, FLOWS)) {
      case 0 -> SerialConstants.FLOWCONTROL_NONE;
      case 1 -> RTSCTS;
      default -> XONXOFF;
    };
  }

  private static String flow(int bits) {
    boolean hardware = (bits & RTSCTS) != 0;
    boolean software = (bits & XONXOFF) != 0;
    return hardware ? (software ? "rtscts+xonxoff" : "rtscts") : software ? "xonxoff" : "none";
  }

  private static int position(String name, String word, List<String> words) {
    int position = words.indexOf(word);
    if (position < 0) {
      throw new CommandFailure(
          CommandFailure.USAGE,
          name + " is \"" + word + "\": one of " + String.join(", ", words) + " is needed");
    }
    return position;
  }

  /** On or off; empty where nothing was said. */
  static Optional<Boolean> line(String name, String word) {
    return word.isEmpty() ? Optional.empty() : Optional.of(position(name, word, LINE) == 1);
  }

  View view() {
    return new View(
        this,
        id
            + "  "
            + (baud == SerialConstants.BAUD_AUTO ? "automatic" : Integer.toString(baud))
            + " baud, "
            + dataBits
            + " data bits, parity "
            + parity
            + ", stop bits "
            + stopBits
            + ", flow control "
            + flowControl
            + "\n  DTR "
            + onOff(dtr)
            + ", RTS "
            + onOff(rts)
            + ", CTS "
            + onOff(cts)
            + ", DSR "
            + onOff(dsr));
  }

  private static String onOff(boolean line) {
    return line ? "on" : "off";
  }
}
