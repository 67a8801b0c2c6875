package org.bulkhead.driver.massstorage.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.bulkhead.device.block.BlockDevice;
import org.bulkhead.device.block.BlockGeometry;
import org.bulkhead.device.usb.UsbException;

/**
 * One logical unit as a block device. What the device or its medium reports is an IOException in
 * words; what the bus reports is a UsbException.
 */
final class LogicalUnit implements BlockDevice {

  /**
   * How the driver waits for a unit that becomes ready. The device does not say when it is
   * (bulk-only transport has no events): it is asked again (SPC-4, TEST UNIT READY).
   */
  @FunctionalInterface
  interface Pause {

    /** Blocks for a while. */
    void take(Duration howLong) throws UsbException;
  }

  /**
   * Data and status: a sleeping disk spins up, or a stick tidies up its flash, before it answers.
   */
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(20);

  /** SYNCHRONIZE CACHE: a disk's whole cache, written in small pieces all over the medium. */
  private static final Duration FLUSH_TIMEOUT = Duration.ofSeconds(60);

  /** Between two questions to a unit that is becoming ready: not felt by people, light for it. */
  private static final Duration READY_PAUSE = Duration.ofMillis(200);

  /** With {@link #READY_PAUSE} 10 s, in which disks have spun up and cards been looked at. */
  private static final int READY_QUESTIONS = 50;

  /** A unit reports one condition for each event: power on, reset, medium, parameters and so on. */
  private static final int PASSING_CONDITIONS = 8;

  private enum Data {
    NONE,
    IN,
    OUT
  }

  private final BulkOnlyTransport transport;
  private final String name;
  private final int lun;
  private final Pause pause;
  private final ByteBuffer command = ByteBuffer.allocate(Cbw.MAX_COMMAND_BYTES);
  private final ByteBuffer senseCommand = ByteBuffer.allocate(Cbw.MAX_COMMAND_BYTES);
  private BlockGeometry geometry;

  /**
   * A unit that has not been asked anything yet.
   *
   * @param name of the device, for messages
   * @param lun 0 to 15
   */
  LogicalUnit(BulkOnlyTransport transport, String name, int lun, Pause pause) {
    this.transport = transport;
    this.name = name;
    this.lun = lun;
    this.pause = pause;
  }

  /**
   * Asks what the unit is. Works without a medium.
   *
   * @throws IOException where the device fails, or knows no such unit
   */
  Scsi.Inquiry inquire() throws IOException {
    Scsi.inquiry(command);
    check(perform(Data.IN, Scsi.INQUIRY_BYTES, ANSWER_TIMEOUT));
    transport.judgeResidue(Scsi.INQUIRY_BYTES);
    return Scsi.Inquiry.parse(transport.received());
  }

  @Override
  public BlockGeometry geometry() throws IOException {
    geometry = null;
    Scsi.testUnitReady(command);
    check(perform(Data.NONE, 0, ANSWER_TIMEOUT));
    return known();
  }

  private BlockGeometry known() throws IOException {
    if (geometry == null) {
      geometry = readCapacity();
    }
    return geometry;
  }

  private BlockGeometry readCapacity() throws IOException {
    try {
      Scsi.readCapacity10(command);
      check(perform(Data.IN, Scsi.CAPACITY_10_BYTES, ANSWER_TIMEOUT));
      BlockGeometry small = Scsi.capacity10(transport.received());
      if (small != null) {
        return small;
      }
      Scsi.readCapacity16(command);
      check(perform(Data.IN, Scsi.CAPACITY_16_BYTES, ANSWER_TIMEOUT));
      return Scsi.capacity16(transport.received());
    } catch (IllegalArgumentException impossible) {
      throw new IOException(
          where() + "the device reports a " + impossible.getMessage(), impossible);
    }
  }

  @Override
  public void read(long block, ByteBuffer destination) throws IOException {
    int blockBytes = checkedBlockBytes(block, destination);
    int mostBlocks = BulkOnlyTransport.MAX_DATA_BYTES / blockBytes;
    long next = block;
    while (destination.hasRemaining()) {
      int count = Math.min(destination.remaining() / blockBytes, mostBlocks);
      Scsi.read(command, next, count);
      check(perform(Data.IN, count * blockBytes, ANSWER_TIMEOUT));
      checkWhole(count * blockBytes);
      destination.put(transport.received());
      next += count;
    }
  }

  @Override
  public void write(long block, ByteBuffer source) throws IOException {
    int blockBytes = checkedBlockBytes(block, source);
    int mostBlocks = BulkOnlyTransport.MAX_DATA_BYTES / blockBytes;
    int end = source.limit();
    long next = block;
    while (source.position() < end) {
      int count = Math.min((end - source.position()) / blockBytes, mostBlocks);
      source.limit(source.position() + count * blockBytes);
      transport.toSend().clear().put(source).flip();
      source.limit(end);
      Scsi.write(command, next, count);
      check(perform(Data.OUT, count * blockBytes, ANSWER_TIMEOUT));
      checkWhole(count * blockBytes);
      next += count;
    }
  }

  @Override
  public void flush() throws IOException {
    Scsi.synchronizeCache(command);
    Sense sense = perform(Data.NONE, 0, FLUSH_TIMEOUT);
    // A device without a cache need not know the command.
    if (sense != null && !sense.isUnknownCommand()) {
      throw failure(sense);
    }
  }

  private int checkedBlockBytes(long block, ByteBuffer data) throws IOException {
    BlockGeometry shape = known();
    int blockBytes = shape.blockSizeBytes();
    if (data.remaining() % blockBytes != 0) {
      throw new IOException(
          where() + data.remaining() + " bytes are no whole blocks of " + blockBytes + " bytes");
    }
    long count = data.remaining() / blockBytes;
    if (block < 0 || block > shape.blockCount() - count) {
      throw new IOException(
          where()
              + ("blocks " + block + " to " + (block + count - 1))
              + (" are not on the medium of " + shape.blockCount() + " blocks"));
    }
    return blockBytes;
  }

  private void checkWhole(int lengthBytes) throws IOException {
    if (transport.processedBytes() != lengthBytes) {
      throw new IOException(
          where()
              + Scsi.name(command)
              + (" moved " + transport.processedBytes() + " of " + lengthBytes + " bytes"));
    }
  }

  private void check(Sense sense) throws IOException {
    if (sense != null) {
      throw failure(sense);
    }
  }

  private IOException failure(Sense sense) {
    return new IOException(where() + Scsi.name(command) + " failed: " + sense);
  }

  private String where() {
    return name + " LUN " + lun + ": ";
  }

  /**
   * Sends {@link #command}, and again while its failure is one that passes by itself.
   *
   * @return null when it passed, else why it failed
   */
  private Sense perform(Data data, int lengthBytes, Duration timeout) throws IOException {
    int conditions = 0;
    int questions = 0;
    while (!sendOnce(data, lengthBytes, timeout)) {
      Sense sense = requestSense();
      if (sense.isMediumChanged() && geometry != null) {
        // To go on would mix two media in one call; the next call begins anew with this one.
        geometry = null;
        return sense;
      }
      if (sense.isBecomingReady() && questions++ < READY_QUESTIONS) {
        pause.take(READY_PAUSE);
      } else if (!sense.isPassing() || conditions++ == PASSING_CONDITIONS) {
        return sense;
      }
    }
    return null;
  }

  private boolean sendOnce(Data data, int lengthBytes, Duration timeout) throws IOException {
    return switch (data) {
      case NONE -> transport.execute(lun, command, timeout);
      case IN -> transport.receive(lun, command, lengthBytes, timeout);
      case OUT -> transport.send(lun, command, timeout);
    };
  }

  private Sense requestSense() throws IOException {
    Scsi.requestSense(senseCommand);
    if (!transport.receive(lun, senseCommand, Scsi.SENSE_BYTES, ANSWER_TIMEOUT)) {
      throw new IOException(where() + Scsi.name(command) + " failed and REQUEST SENSE too");
    }
    return Sense.parse(transport.received());
  }
}
