package org.bulkhead.device.serial;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.bulkhead.device.contract.Moved;
import org.bulkhead.device.contract.Once;
import org.bulkhead.device.contract.Replay;
import org.bulkhead.device.contract.Sticky;
import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.service.serial.SerialPortConfiguration;

/**
 * What a serial driver publishes. The framework makes an {@code
 * org.osgi.service.serial.SerialDevice} of it, with streams, exclusive opening and events: a driver
 * has none of these to do.
 *
 * <p>Called by one thread at a time. No method waits for data to arrive or for the line to take it:
 * received bytes and the outcome of writes are told to the {@link SerialLine}.
 */
@ConsumerType
public interface SerialPort {

  /**
   * Connects the port to its line, or disconnects it. While connected the driver keeps transfers in
   * flight for reception.
   *
   * @param line told of received bytes and sent bytes; null to stop receiving and drop what is in
   *     flight
   * @throws IOException where the device fails
   */
  @Sticky
  void connect(SerialLine line) throws IOException;

  /**
   * Applies line settings, all or none.
   *
   * @param configuration baud rate -1 means the driver's default of 9600
   * @throws IOException where the device fails
   * @throws IllegalArgumentException names the setting that the hardware cannot do
   */
  @Sticky
  void configure(SerialPortConfiguration configuration)
      throws IOException, IllegalArgumentException;

  /**
   * Sets the DTR line.
   *
   * @param on true to assert it
   * @throws IOException where the device fails
   */
  @Sticky
  void setDtr(boolean on) throws IOException;

  /**
   * Sets the RTS line.
   *
   * @param on true to assert it
   * @throws IOException where the device fails
   */
  @Sticky
  void setRts(boolean on) throws IOException;

  /**
   * Starts or ends a break condition.
   *
   * @param on true to hold the line in break
   * @throws IOException where the device fails, or cannot send a break: UsbException of kind
   *     UNSUPPORTED
   */
  @Sticky
  void setBreak(boolean on) throws IOException;

  /**
   * The modem lines as the device last reported them.
   *
   * @return the lines
   * @throws IOException where the device fails
   */
  @Replay
  ModemLines modemLines() throws IOException;

  /**
   * Takes bytes to be sent, as many as fit now, and starts sending them. Does not wait: each byte
   * taken is later reported by {@link SerialLine#sent}.
   *
   * @param source the bytes; the position advances by those taken
   * @return how many were taken, 0 where all transfers are in flight
   * @throws IOException where the device fails; then none of these bytes was taken
   */
  @Once
  @Moved
  int write(ByteBuffer source) throws IOException;

  /**
   * Takes back what {@link #write} took and the device has not, as who wrote it waits no longer: it
   * is not to be sent behind what is written next. Does not wait: the line is told of each byte all
   * the same, as sent or as failed. A driver that leaves this out goes on sending.
   *
   * @throws IOException where the device fails
   */
  @Replay
  default void cancelWrites() throws IOException {
    // What is under way is sent whenever the device takes it.
  }

  /**
   * Drops received and unsent bytes that the device still holds.
   *
   * @throws IOException where the device fails
   */
  @Replay
  void purge() throws IOException;
}
