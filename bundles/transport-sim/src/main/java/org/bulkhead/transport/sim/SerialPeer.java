package org.bulkhead.transport.sim;

import java.nio.ByteBuffer;
import org.bulkhead.device.serial.ModemLines;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * What is connected to a simulated serial port. Called with the port's monitor held, mostly on the
 * bus's event thread; no method blocks.
 */
@ConsumerType
public interface SerialPeer {

  /**
   * The peer was connected. Called once, when the port is made.
   *
   * @param wire the way back to the port
   */
  default void connected(SerialWire wire) {}

  /**
   * The port sent bytes.
   *
   * @param data from position to limit; not to be kept
   */
  void received(ByteBuffer data);

  /**
   * The port set its output lines.
   *
   * @param dtr data terminal ready
   * @param rts request to send
   */
  default void lines(boolean dtr, boolean rts) {}

  /**
   * The port began or ended a break.
   *
   * @param on true while the line is held in break
   */
  default void breakChanged(boolean on) {}

  /**
   * A loop-back plug: what is sent comes back, DTR is tied to DSR and DCD, RTS to CTS.
   *
   * @return a peer for one port
   */
  static SerialPeer loopback() {
    return new SerialPeer() {

      private SerialWire wire;

      @Override
      public void connected(SerialWire newWire) {
        wire = newWire;
      }

      @Override
      public void received(ByteBuffer data) {
        wire.send(data);
      }

      @Override
      public void lines(boolean dtr, boolean rts) {
        wire.lines(new ModemLines(rts, dtr, dtr, false));
      }
    };
  }
}
