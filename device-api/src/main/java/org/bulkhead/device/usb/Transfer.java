package org.bulkhead.device.usb;

import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A reusable unit of data with memory of its own. It is idle, or in flight; see {@link Endpoint}.
 *
 * <p>Buffer, length and status belong together: a failed transfer may have moved data.
 */
@ProviderType
public interface Transfer {

  /**
   * The memory of the transfer: direct, little-endian, the same object each time. While in flight
   * its contents are undefined and writing to it is harmless but pointless.
   *
   * <p>After an IN transfer the position is 0 and the limit the bytes that moved.
   *
   * @return the buffer
   */
  ByteBuffer data();

  /**
   * How the last flight ended.
   *
   * @return the status; COMPLETED before the first flight
   */
  TransferStatus status();

  /**
   * How much the last flight moved, whatever its status.
   *
   * @return bytes, 0 to the length that was submitted
   */
  int actualLengthBytes();

  /**
   * Throws what the status says, if it is not COMPLETED.
   *
   * @throws UsbException of the status's kind, with the bytes moved
   */
  void check() throws UsbException;

  /** Asks for the transfer to end; it still completes, as cancelled or not. Does not block. */
  void cancel();

  /**
   * Gives the memory back. In flight the transfer is cancelled first and freed when it completes;
   * it is not handed out any more. Freeing twice does nothing.
   */
  void free();

  /**
   * How many packets an isochronous transfer has.
   *
   * @return the number, 0 for other types
   */
  int packetCount();

  /**
   * What one packet of the last isochronous flight moved. Packet i starts at i times the packet
   * size given on allocation.
   *
   * @param packet 0 to {@link #packetCount()} - 1
   * @return bytes
   */
  int packetLengthBytes(int packet);

  /**
   * How one packet of the last isochronous flight ended.
   *
   * @param packet 0 to {@link #packetCount()} - 1
   * @return the status
   */
  TransferStatus packetStatus(int packet);
}
