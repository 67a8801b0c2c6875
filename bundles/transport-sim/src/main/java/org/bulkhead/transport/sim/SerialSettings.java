package org.bulkhead.transport.sim;

import java.time.Duration;

/**
 * How a simulated serial port is set at the moment.
 *
 * @param baudRate bits per second; where a divisor makes them, rounded
 * @param dataBits 5 to 8, or 16
 * @param parity the parity bit
 * @param stopBits the stop bits
 * @param flowControl who may hold back whom
 * @param dtr whether DTR is on
 * @param rts whether RTS is on
 * @param breakOn whether the line is held in break
 * @param latency how long bytes that do not fill a packet wait, 0 to 255 ms
 */
public record SerialSettings(
    int baudRate,
    int dataBits,
    Parity parity,
    StopBits stopBits,
    FlowControl flowControl,
    boolean dtr,
    boolean rts,
    boolean breakOn,
    Duration latency) {

  /** The parity bit, in the order of the codes. */
  public enum Parity {
    /** There is none. */
    NONE,
    /** An odd number of ones. */
    ODD,
    /** An even number of ones. */
    EVEN,
    /** Always one. */
    MARK,
    /** Always zero. */
    SPACE
  }

  /** The stop bits, in the order of the codes. */
  public enum StopBits {
    /** One. */
    ONE,
    /** One and a half. */
    ONE_AND_A_HALF,
    /** Two. */
    TWO
  }

  /** Flow control. */
  public enum FlowControl {
    /** There is none. */
    NONE,
    /** By the lines RTS and CTS. */
    RTS_CTS,
    /** By the lines DTR and DSR. */
    DTR_DSR,
    /** By the characters XON and XOFF. */
    XON_XOFF
  }
}
