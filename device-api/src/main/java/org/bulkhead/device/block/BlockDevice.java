package org.bulkhead.device.block;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.bulkhead.device.contract.Replay;
import org.bulkhead.device.contract.Whole;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A device of numbered blocks: one logical unit of a disk, a stick or a card reader.
 *
 * <p>Drivers implement it, applications get a session of it as an OSGi service. Sessions may be
 * called from any thread; a driver is called by one at a time. Every method blocks, does I/O, and
 * throws {@code DeviceUnavailableException} through a session when the device stays away past the
 * session's deadline; an unplug during a call makes the session wait for the device to come back.
 * All methods are idempotent: a call under way when the driver dies is sent again.
 */
@ConsumerType
public interface BlockDevice {

  /**
   * The shape of the medium that is in now.
   *
   * @return the geometry
   * @throws IOException where there is no medium, or the device fails
   */
  @Replay
  BlockGeometry geometry() throws IOException;

  /**
   * Reads whole blocks, filling the buffer's remaining space.
   *
   * @param block the first block, from 0
   * @param destination any kind of buffer; its remaining space is a multiple of the block size;
   *     full when the call returns, its contents undefined when it throws
   * @throws IOException where the range is not on the medium, the medium cannot be read, or the
   *     device fails
   */
  @Replay
  void read(long block, @Whole ByteBuffer destination) throws IOException;

  /**
   * Writes whole blocks. When it returns the device has taken the data; {@link #flush} brings it to
   * the medium.
   *
   * @param block the first block, from 0
   * @param source any kind of buffer; its remaining bytes are a multiple of the block size; empty
   *     when the call returns
   * @throws IOException where the range is not on the medium, the medium is write-protected or
   *     cannot be written, or the device fails: blocks of the range may then hold old or new data
   */
  @Replay
  void write(long block, @Whole ByteBuffer source) throws IOException;

  /**
   * Brings what was written to the medium.
   *
   * @throws IOException where the device fails
   */
  @Replay
  void flush() throws IOException;
}
