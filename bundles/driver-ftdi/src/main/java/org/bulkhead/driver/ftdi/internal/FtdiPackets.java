package org.bulkhead.driver.ftdi.internal;

import java.nio.ByteBuffer;
import org.bulkhead.device.serial.SerialLine;
import org.bulkhead.device.serial.SerialLine.Condition;
import org.bulkhead.device.serial.SerialReceiver;

/**
 * Takes the two status bytes out of received transfers: the chip puts them in front of each packet,
 * so that a transfer of several packets has them in its midst. Pure but for the last line status.
 */
final class FtdiPackets implements SerialReceiver.Framing {

  private static final int STATUS_BYTES = 2;
  private static final Condition[] CONDITIONS = {
    Condition.OVERRUN, Condition.PARITY_ERROR, Condition.FRAMING_ERROR, Condition.BREAK
  };
  private static final int OVERRUN_BIT = 0x02;
  private static final int PARITY_BIT = 0x04;
  private static final int FRAMING_BIT = 0x08;
  private static final int BREAK_BIT = 0x10;
  private static final int ERRORS = OVERRUN_BIT | PARITY_BIT | FRAMING_BIT | BREAK_BIT;

  private final int packetBytes;
  private int lastErrors;

  /**
   * A stream of packets.
   *
   * @param packetBytes the endpoint's largest packet, more than 2
   */
  FtdiPackets(int packetBytes) {
    this.packetBytes = packetBytes;
  }

  @Override
  public void reset() {
    lastErrors = 0;
  }

  @Override
  public void unwrap(ByteBuffer data, SerialLine line) {
    int met = strip(data);
    for (int i = 0; met != 0 && i < CONDITIONS.length; i++) {
      Condition condition = condition(met, i);
      if (condition != null) {
        line.condition(condition);
      }
    }
  }

  /**
   * Moves the bytes received to the front, in place. Truncated packets give what they have.
   *
   * @param data from 0 to its limit what one transfer moved; afterwards from 0 to its limit the
   *     bytes received
   * @return the conditions met, a bit each, for {@link #condition}
   */
  int strip(ByteBuffer data) {
    int met = 0;
    int received = 0;
    for (int at = 0; at + STATUS_BYTES <= data.limit(); at += packetBytes) {
      int payload = Math.min(packetBytes, data.limit() - at) - STATUS_BYTES;
      int errors = errors(data.get(at + 1));
      // Empty packets repeat the status of the last character: only what is new there counts.
      met |= payload > 0 ? errors : errors & ~lastErrors;
      lastErrors = errors;
      data.put(received, data, at + STATUS_BYTES, payload);
      received += payload;
    }
    data.position(0).limit(received);
    return met;
  }

  /** A break is a character without a stop bit too, which says nothing new. */
  private static int errors(int lineStatus) {
    int errors = lineStatus & ERRORS;
    return (errors & BREAK_BIT) != 0 ? errors & ~(PARITY_BIT | FRAMING_BIT) : errors;
  }

  /** How many conditions there are. */
  static int conditionCount() {
    return CONDITIONS.length;
  }

  /**
   * Reads one condition out of what {@link #strip} found.
   *
   * @return the condition, or null where it was not met
   */
  static Condition condition(int met, int number) {
    return (met & OVERRUN_BIT << number) != 0 ? CONDITIONS[number] : null;
  }
}
