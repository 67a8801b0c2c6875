package org.bulkhead.transport.replay.internal;

import java.util.Arrays;
import java.util.HexFormat;
import org.bulkhead.device.usb.descriptor.TransferType;

/** One recorded transfer, and how far it is played. */
final class Step {

  enum Played {
    NOT_YET,
    IN_FLIGHT,
    DONE
  }

  private static final HexFormat HEX = HexFormat.of();
  private static final int SHOWN_BYTES = 32;

  final UsbEvent submit;

  /** How many gaps of the recording are before it. */
  final int gaps;

  UsbEvent end;
  Played played = Played.NOT_YET;
  ReplayTransfer transfer;

  Step(UsbEvent submit, int gaps) {
    this.submit = submit;
    this.gaps = gaps;
  }

  /** The endpoint, one for both directions of control. */
  int endpoint() {
    return submit.type() == TransferType.CONTROL ? 0 : submit.endpoint();
  }

  boolean isStandard(int requestType, int request) {
    byte[] setup = submit.setup();
    return setup != null && setup[0] == (byte) requestType && setup[1] == request;
  }

  /** Whether a transfer is the one that was recorded. */
  boolean matches(byte[] setup, int length, byte[] sent) {
    if (setup != null) {
      if (submit.setup() == null || !Arrays.equals(setup, submit.setup())) {
        return false;
      }
    } else if (!submit.reads() && length != submit.length()) {
      return false;
    }
    int kept = submit.reads() ? 0 : submit.data().length;
    return sent.length >= kept && Arrays.equals(sent, 0, kept, submit.data(), 0, kept);
  }

  @Override
  public String toString() {
    return describe(submit.endpoint(), submit.setup(), submit.length(), submit.data());
  }

  static String describe(int endpoint, byte[] setup, int length, byte[] sent) {
    String what =
        setup != null
            ? "control, setup " + HEX.formatHex(setup)
            : "endpoint 0x%02x, %d bytes".formatted(endpoint, length);
    String data = HEX.formatHex(sent, 0, Math.min(sent.length, SHOWN_BYTES));
    return sent.length == 0
        ? what
        : what + ", data " + data + (sent.length > SHOWN_BYTES ? "…" : "");
  }
}
