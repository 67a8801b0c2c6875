package org.bulkhead.driver.massstorage.internal;

import java.nio.ByteBuffer;
import java.time.Duration;
import org.bulkhead.device.usb.Endpoint;
import org.bulkhead.device.usb.Transfer;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.UsbInterface;
import org.bulkhead.device.usb.descriptor.Direction;
import org.bulkhead.device.usb.descriptor.TransferType;

/**
 * Command, data and status over two bulk endpoints, with the recovery of Bulk-Only Transport 1.0
 * sections 5.3 and 6. One for all logical units of an interface; not thread-safe; each call blocks.
 *
 * <p>A command that loses step is followed by Reset Recovery and sent once more, for the driver
 * sends none that may not be repeated. When it loses step again {@link OutOfStepException} says so.
 * What does not come from talking to the device, such as an unplug or a cancellation, is thrown as
 * it is.
 *
 * <p>A command in the steady state allocates nothing.
 */
final class BulkOnlyTransport {

  /**
   * The most data of one command: 240 blocks of 512 bytes, as older bridges count blocks in 8 bits
   * and some of them fail already at 256.
   */
  static final int MAX_DATA_BYTES = 240 * 512;

  /**
   * An idle device takes a command into its buffer at once; busy ones tidy up their flash first.
   */
  private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(5);

  /** As a length, unsigned: no residue is larger. */
  private static final int ANY_RESIDUE = -1;

  private final String name;
  private final ClassRequests requests;
  private final Endpoint out;
  private final Endpoint in;
  private final Transfer command;
  private final Transfer status;
  private final Transfer dataOut;
  private final Transfer dataIn;
  private int currentLun;
  private ByteBuffer currentCommand;
  private int tag;
  private int movedBytes;
  private int processedBytes;
  private boolean residueIgnored;

  /**
   * Takes the interface's endpoints and allocates every transfer that will be needed.
   *
   * @param name of the device, for messages
   * @throws UsbException INVALID where the bulk endpoints are missing, BUSY where the memory budget
   *     is too small
   */
  BulkOnlyTransport(String name, ClassRequests requests, UsbInterface claimed) throws UsbException {
    this.name = name;
    this.requests = requests;
    out = claimed.endpoint(TransferType.BULK, Direction.OUT);
    in = claimed.endpoint(TransferType.BULK, Direction.IN);
    command = out.allocate(Cbw.LENGTH_BYTES);
    // A whole packet, so that a wrong status is seen by its length instead of as babble.
    status = in.allocate(Math.max(Csw.LENGTH_BYTES, in.descriptor().maxPacketBytes()));
    dataOut = out.allocate(MAX_DATA_BYTES);
    dataIn = in.allocate(MAX_DATA_BYTES);
  }

  /** The answer to the last {@link #receive}: position 0, limit {@link #processedBytes}. */
  ByteBuffer received() {
    return dataIn.data();
  }

  /** What the next {@link #send} sends, from 0 to the limit. */
  ByteBuffer toSend() {
    return dataOut.data();
  }

  /** How much of the last command's data the device processed. */
  int processedBytes() {
    return processedBytes;
  }

  /**
   * Judges the device by the residue of the last {@link #receive}, whose answer each device has
   * whole: where it came whole and yet with a residue, residues are ignored from now on.
   *
   * @param lengthBytes what was asked for
   */
  void judgeResidue(int lengthBytes) {
    if (movedBytes == lengthBytes && processedBytes < lengthBytes) {
      residueIgnored = true;
      processedBytes = movedBytes;
      dataIn.data().limit(movedBytes);
    }
  }

  /**
   * Carries out a command without data.
   *
   * @return whether it passed; if not, REQUEST SENSE tells why
   */
  boolean execute(int lun, ByteBuffer commandBlock, Duration timeout) throws UsbException {
    return execute(lun, commandBlock, out, null, 0, timeout);
  }

  /**
   * Carries out a command that reads.
   *
   * @param lengthBytes how much, up to {@link #MAX_DATA_BYTES}
   * @return whether it passed; what came is in {@link #received}
   */
  boolean receive(int lun, ByteBuffer commandBlock, int lengthBytes, Duration timeout)
      throws UsbException {
    boolean passed = execute(lun, commandBlock, in, dataIn, lengthBytes, timeout);
    dataIn.data().position(0).limit(processedBytes);
    return passed;
  }

  /**
   * Carries out a command that writes {@link #toSend}.
   *
   * @return whether it passed
   */
  boolean send(int lun, ByteBuffer commandBlock, Duration timeout) throws UsbException {
    return execute(lun, commandBlock, out, dataOut, dataOut.data().limit(), timeout);
  }

  private boolean execute(
      int lun,
      ByteBuffer commandBlock,
      Endpoint pipe,
      Transfer data,
      int lengthBytes,
      Duration timeout)
      throws UsbException {
    currentLun = lun;
    currentCommand = commandBlock;
    try {
      return attempt(pipe, data, lengthBytes, timeout);
    } catch (OutOfStepException once) {
      recover();
    }
    return attempt(pipe, data, lengthBytes, timeout);
  }

  private boolean attempt(Endpoint pipe, Transfer data, int lengthBytes, Duration timeout)
      throws UsbException {
    movedBytes = 0;
    processedBytes = 0;
    Direction direction = pipe == in ? Direction.IN : Direction.OUT;
    Cbw.write(command.data(), ++tag, lengthBytes, direction, currentLun, currentCommand);
    try {
      out.transfer(command, COMMAND_TIMEOUT);
    } catch (UsbException e) {
      throw outOfStep("does not take the command", e);
    }
    if (data != null) {
      data.data().position(0).limit(lengthBytes);
      moveData(pipe, data, timeout);
    }
    if (pipe == in && isStatusInsteadOfData(lengthBytes)) {
      movedBytes = 0;
      status.data().clear().put(dataIn.data()).flip();
    } else {
      readStatus(timeout);
    }
    String defect = Csw.defect(status.data(), tag, residueIgnored ? ANY_RESIDUE : lengthBytes);
    if (defect != null) {
      throw outOfStep("ends with " + defect, null);
    }
    processedBytes =
        residueIgnored
            ? movedBytes
            : Math.min(movedBytes, lengthBytes - Csw.residueBytes(status.data()));
    return Csw.status(status.data()) == Csw.PASSED;
  }

  private void moveData(Endpoint pipe, Transfer data, Duration timeout) throws UsbException {
    try {
      movedBytes = pipe.transfer(data, timeout);
    } catch (UsbException e) {
      if (e.kind() != Kind.STALL) {
        throw outOfStep("fails in the data", e);
      }
      movedBytes = e.bytesMoved();
      clearHalt(pipe);
    }
  }

  /** Some devices leave the data out when a command fails, though they should stall it. */
  private boolean isStatusInsteadOfData(int lengthBytes) {
    return movedBytes == Csw.LENGTH_BYTES
        && movedBytes < lengthBytes
        && Csw.defect(dataIn.data(), tag, lengthBytes) == null;
  }

  /**
   * Reads the status, a second time when the first fails (figure 2). An empty packet is read over
   * too: some devices end their data with one that the specification does not have.
   */
  private void readStatus(Duration timeout) throws UsbException {
    try {
      if (transferStatus(timeout) > 0) {
        return;
      }
    } catch (UsbException e) {
      if (e.kind() != Kind.STALL && e.kind() != Kind.FAULT) {
        throw outOfStep("gives no status", e);
      }
      clearHalt(in);
    }
    try {
      transferStatus(timeout);
    } catch (UsbException e) {
      throw outOfStep("gives no status", e);
    }
  }

  private int transferStatus(Duration timeout) throws UsbException {
    status.data().clear();
    return in.transfer(status, timeout);
  }

  private void clearHalt(Endpoint pipe) throws UsbException {
    try {
      pipe.clearHalt();
    } catch (UsbException e) {
      throw outOfStep("stalls and stays so", e);
    }
  }

  /**
   * Reset Recovery (section 5.3.4): Bulk-Only Mass Storage Reset, then both halts cleared.
   *
   * @throws OutOfStepException where the device does not answer even that
   */
  void recover() throws UsbException {
    try {
      requests.reset();
      in.clearHalt();
      out.clearHalt();
    } catch (UsbException e) {
      throw outOfStep("is followed by a Reset Recovery that fails", e);
    }
  }

  /** Throws on what has nothing to do with the device's step. */
  private OutOfStepException outOfStep(String what, UsbException cause) throws UsbException {
    String reason = "";
    if (cause != null) {
      switch (cause.kind()) {
        case STALL, TIMEOUT, OVERFLOW, FAULT -> reason = ": " + cause.getMessage();
        default -> throw cause;
      }
    }
    String subject =
        currentCommand == null
            ? "attaching"
            : "LUN " + currentLun + ": " + Scsi.name(currentCommand);
    return new OutOfStepException(name + " " + subject + " " + what + reason, cause);
  }
}
