package org.bulkhead.transport.sim;

import java.nio.ByteBuffer;
import org.bulkhead.device.serial.ModemLines;
import org.bulkhead.device.serial.SerialLine.Condition;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The wire of a simulated serial port, seen from its other end. May be called from any thread; no
 * method blocks.
 */
@ProviderType
public interface SerialWire {

  /**
   * Sends bytes to the port. They wait on the wire, 1 MiB at most, while the port has no room.
   *
   * @param data from position to limit; the position advances by the bytes taken
   * @return how many were taken
   */
  int send(ByteBuffer data);

  /**
   * Sets the port's input lines.
   *
   * @param lines the lines
   */
  void lines(ModemLines lines);

  /**
   * Lets the port see a condition of the line with the next bytes.
   *
   * @param condition a break or an error
   */
  void condition(Condition condition);
}
