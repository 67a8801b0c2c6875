package org.bulkhead.driver.cdcacm.internal;

import org.bulkhead.device.serial.ModemLines;
import org.bulkhead.device.serial.SerialLine.Condition;
import org.bulkhead.device.usb.ControlRequest;
import org.bulkhead.device.usb.ControlRequest.Recipient;

/** The class requests and the bits of the serial state (PSTN 1.2 section 6). Pure, no I/O. */
final class AcmProtocol {

  static final int DTR = 0x01;
  static final int RTS = 0x02;

  /** As the duration of a break: until it is ended. */
  static final int BREAK_ON = 0xffff;

  static final int BREAK_OFF = 0;

  private static final int SET_LINE_CODING = 0x20;
  private static final int GET_LINE_CODING = 0x21;
  private static final int SET_CONTROL_LINE_STATE = 0x22;
  private static final int SEND_BREAK = 0x23;

  private static final int RX_CARRIER = 0x01;
  private static final int TX_CARRIER = 0x02;
  private static final int BREAK = 0x04;
  private static final int RING_SIGNAL = 0x08;
  private static final int FRAMING = 0x10;
  private static final int PARITY = 0x20;
  private static final int OVERRUN = 0x40;

  private AcmProtocol() {}

  /** Sets the {@link LineCoding} of the data stage. */
  static ControlRequest setLineCoding(int controlInterface) {
    return out(SET_LINE_CODING, 0, controlInterface);
  }

  /** Asks for the {@link LineCoding}. */
  static ControlRequest getLineCoding(int controlInterface) {
    return ControlRequest.classIn(Recipient.INTERFACE, GET_LINE_CODING, 0, controlInterface);
  }

  /**
   * Sets the output lines, both at once.
   *
   * @param lines those of {@link #DTR} and {@link #RTS} that are on
   */
  static ControlRequest setControlLineState(int controlInterface, int lines) {
    return out(SET_CONTROL_LINE_STATE, lines, controlInterface);
  }

  /**
   * Sends a break.
   *
   * @param millis how long, {@link #BREAK_ON} or {@link #BREAK_OFF}
   */
  static ControlRequest sendBreak(int controlInterface, int millis) {
    return out(SEND_BREAK, millis, controlInterface);
  }

  /**
   * The lines in a serial state. CTS is not among them; USB itself holds the sender back, so it is
   * always clear to send.
   */
  static ModemLines modemLines(int serialState) {
    return new ModemLines(
        true,
        (serialState & TX_CARRIER) != 0,
        (serialState & RX_CARRIER) != 0,
        (serialState & RING_SIGNAL) != 0);
  }

  /**
   * Whether a serial state reports a condition. The device takes these bits back by itself, so each
   * report is a new event.
   */
  static boolean reports(int serialState, Condition condition) {
    int bit =
        switch (condition) {
          case BREAK -> BREAK;
          case FRAMING_ERROR -> FRAMING;
          case PARITY_ERROR -> PARITY;
          case OVERRUN -> OVERRUN;
        };
    return (serialState & bit) != 0;
  }

  private static ControlRequest out(int request, int value, int controlInterface) {
    return ControlRequest.classOut(Recipient.INTERFACE, request, value, controlInterface);
  }
}
