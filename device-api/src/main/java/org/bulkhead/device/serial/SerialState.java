package org.bulkhead.device.serial;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.bulkhead.device.driver.DriverContext;
import org.bulkhead.device.driver.Remembered;
import org.osgi.service.serial.SerialPortConfiguration;

/**
 * How a serial driver has set its port, for its next incarnation: that makes the same settings
 * again, which disturbs nothing, where to begin from the defaults would drop what the device has
 * received meanwhile, and pulse its lines. Made again all the same, as it may have been a wrong
 * setting that the last incarnation died of.
 *
 * @param configuration what was last configured with success
 * @param lines the output lines, in the driver's own bits; 0 for a driver that does without
 */
public record SerialState(SerialPortConfiguration configuration, int lines) {

  private static final int VERSION = 1;
  private static final int BYTES = 6 * Integer.BYTES;

  /**
   * Keeps it. Does not block.
   *
   * @param context of this incarnation
   */
  public void keep(DriverContext context) {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES);
    bytes.putInt(configuration.getBaudRate()).putInt(configuration.getDataBits());
    bytes.putInt(configuration.getFlowControl()).putInt(configuration.getParity());
    bytes.putInt(configuration.getStopBits()).putInt(lines);
    context.remember(VERSION, bytes.array());
  }

  /**
   * What an incarnation before has kept. Does no I/O.
   *
   * @param context of this incarnation
   * @return empty where the device has to be set up from the beginning
   */
  public static Optional<SerialState> recalled(DriverContext context) {
    return context.deviceUntouched()
        ? context.recalled().filter(SerialState::isReadable).map(SerialState::read)
        : Optional.empty();
  }

  private static boolean isReadable(Remembered kept) {
    return kept.version() == VERSION && kept.bytes().length == BYTES;
  }

  private static SerialState read(Remembered kept) {
    ByteBuffer bytes = ByteBuffer.wrap(kept.bytes());
    return new SerialState(
        new SerialPortConfiguration(
            bytes.getInt(), bytes.getInt(), bytes.getInt(), bytes.getInt(), bytes.getInt()),
        bytes.getInt());
  }
}
