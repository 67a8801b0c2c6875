package org.bulkhead.driver.massstorage.internal;

import java.nio.ByteBuffer;
import java.time.Duration;
import org.bulkhead.device.usb.ControlRequest;
import org.bulkhead.device.usb.ControlRequest.Recipient;
import org.bulkhead.device.usb.Endpoint;
import org.bulkhead.device.usb.Transfer;
import org.bulkhead.device.usb.UsbDevice;
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

  /** A device answers requests on endpoint 0 within this time (USB 2.0 section 9.2.6.4). */
  private static final Duration CONTROL_TIMEOUT = Duration.ofSeconds(5);

  /**
   * An idle device takes a command into its buffer at once; busy ones tidy up their flash first.
   */
  private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(5);

  private static final int GET_MAX_LUN = 0xfe;
  private static final int BULK_ONLY_RESET = 0xff;
  private static final int HIGHEST_LUN = 15;

  private final UsbDevice device;
  private final int interfaceNumber;
  private final Endpoint out;
  private final Endpoint in;
  private final Transfer command;
  private final Transfer status;
  private final Transfer dataOut;
  private final Transfer dataIn;
  private int tag;
  private int movedBytes;
  private int processedBytes;
  private boolean residueIgnored;

  /**
   * Takes the interface's endpoints and allocates every transfer that will be needed.
   *
   * @throws UsbException INVALID where the bulk endpoints are missing, BUSY where the memory budget
   *     is too small
   */
  BulkOnlyTransport(UsbDevice device, UsbInterface claimed) throws UsbException {
    this.device = device;
    interfaceNumber = claimed.descriptor().number();
    out = claimed.endpoint(TransferType.BULK, Direction.OUT);
    in = claimed.endpoint(TransferType.BULK, Direction.IN);
    command = out.allocate(Cbw.LENGTH_BYTES);
    // A whole packet, so that a wrong status is seen by its length instead of as babble.
    status = in.allocate(Math.max(Csw.LENGTH_BYTES, in.descriptor().maxPacketBytes()));
    dataOut = out.allocate(MAX_DATA_BYTES);
    dataIn = in.allocate(MAX_DATA_BYTES);
  }

  /**
   * GET MAX LUN (section 3.2). A device with a single unit may stall it, and some do not answer.
   *
   * @return 0 to 15
   */
  int highestLun() throws UsbException {
    ByteBuffer answer = ByteBuffer.allocate(1);
    try {
      device.control(
          ControlRequest.classIn(Recipient.INTERFACE, GET_MAX_LUN, 0, interfaceNumber),
          answer,
          CONTROL_TIMEOUT);
    } catch (UsbException e) {
      if (e.kind() != Kind.STALL && e.kind() != Kind.TIMEOUT) {
        throw e;
      }
    }
    int highest = answer.get(0) & 0xff;
    return highest <= HIGHEST_LUN ? highest : 0;
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
    return execute(lun, commandBlock, null, 0, Direction.OUT, timeout);
  }

  /**
   * Carries out a command that reads.
   *
   * @param lengthBytes how much, up to {@link #MAX_DATA_BYTES}
   * @return whether it passed; what came is in {@link #received}
   */
  boolean receive(int lun, ByteBuffer commandBlock, int lengthBytes, Duration timeout)
      throws UsbException {
    return execute(lun, commandBlock, dataIn, lengthBytes, Direction.IN, timeout);
  }

  /**
   * Carries out a command that writes {@link #toSend}.
   *
   * @return whether it passed
   */
  boolean send(int lun, ByteBuffer commandBlock, Duration timeout) throws UsbException {
    int lengthBytes = dataOut.data().limit();
    return execute(lun, commandBlock, dataOut, lengthBytes, Direction.OUT, timeout);
  }

  private boolean execute(
      int lun,
      ByteBuffer commandBlock,
      Transfer data,
      int lengthBytes,
      Direction direction,
      Duration timeout)
      throws UsbException {
    try {
      return attempt(lun, commandBlock, data, lengthBytes, direction, timeout);
    } catch (OutOfStepException once) {
      recover();
    }
    return attempt(lun, commandBlock, data, lengthBytes, direction, timeout);
  }

  private boolean attempt(
      int lun,
      ByteBuffer commandBlock,
      Transfer data,
      int lengthBytes,
      Direction direction,
      Duration timeout)
      throws UsbException {
    movedBytes = 0;
    processedBytes = 0;
    Cbw.write(command.data(), ++tag, lengthBytes, direction, lun, commandBlock);
    try {
      out.transfer(command, COMMAND_TIMEOUT);
    } catch (UsbException e) {
      throw outOfStep(e, lun, commandBlock, "does not take the command");
    }
    if (data != null) {
      Endpoint pipe = direction == Direction.IN ? in : out;
      data.data().position(0).limit(lengthBytes);
      try {
        movedBytes = pipe.transfer(data, timeout);
      } catch (UsbException e) {
        if (e.kind() != Kind.STALL) {
          throw outOfStep(e, lun, commandBlock, "fails in the data");
        }
        movedBytes = e.bytesMoved();
        clearHalt(pipe, lun, commandBlock);
      }
    }
    readStatus(lun, commandBlock, timeout);
    String defect = Csw.defect(status.data(), tag, lengthBytes);
    if (defect != null) {
      throw new OutOfStepException(describe(lun, commandBlock, "ends with " + defect), null);
    }
    processedBytes = movedBytes;
    if (!residueIgnored) {
      processedBytes = Math.min(movedBytes, lengthBytes - Csw.residueBytes(status.data()));
    }
    if (direction == Direction.IN && data != null) {
      data.data().position(0).limit(processedBytes);
    }
    return Csw.status(status.data()) == Csw.PASSED;
  }

  /**
   * Reads the status, a second time when the first fails (figure 2). An empty packet is read over
   * too: some devices end their data with one that the specification does not have.
   */
  private void readStatus(int lun, ByteBuffer commandBlock, Duration timeout) throws UsbException {
    try {
      if (transferStatus(timeout) > 0) {
        return;
      }
    } catch (UsbException e) {
      if (e.kind() != Kind.STALL && e.kind() != Kind.FAULT) {
        throw outOfStep(e, lun, commandBlock, "gives no status");
      }
      clearHalt(in, lun, commandBlock);
    }
    try {
      transferStatus(timeout);
    } catch (UsbException e) {
      throw outOfStep(e, lun, commandBlock, "gives no status");
    }
  }

  private void clearHalt(Endpoint pipe, int lun, ByteBuffer commandBlock) throws UsbException {
    try {
      pipe.clearHalt();
    } catch (UsbException e) {
      throw outOfStep(e, lun, commandBlock, "stalled and stays so");
    }
  }

  private int transferStatus(Duration timeout) throws UsbException {
    status.data().clear();
    return in.transfer(status, timeout);
  }

  /**
   * Reset Recovery (section 5.3.4): Bulk-Only Mass Storage Reset, then both halts cleared.
   *
   * @throws OutOfStepException where the device does not answer even that
   */
  void recover() throws UsbException {
    try {
      bulkOnlyReset();
      in.clearHalt();
      out.clearHalt();
    } catch (UsbException e) {
      throw outOfStep(e, device.identity() + ": Reset Recovery fails");
    }
  }

  private void bulkOnlyReset() throws UsbException {
    try {
      device.control(
          ControlRequest.classOut(Recipient.INTERFACE, BULK_ONLY_RESET, 0, interfaceNumber),
          ByteBuffer.allocate(0),
          CONTROL_TIMEOUT);
    } catch (UsbException e) {
      // Some devices do not know the request, but are in step again once their halts are cleared.
      if (e.kind() != Kind.STALL) {
        throw e;
      }
    }
  }

  private UsbException passOn(UsbException e) throws UsbException {
    return switch (e.kind()) {
      case STALL, TIMEOUT, OVERFLOW, FAULT -> e;
      default -> throw e;
    };
  }

  private OutOfStepException outOfStep(
      UsbException e, int lun, ByteBuffer commandBlock, String what) throws UsbException {
    return outOfStep(e, describe(lun, commandBlock, what));
  }

  private OutOfStepException outOfStep(UsbException e, String what) throws UsbException {
    UsbException cause = passOn(e);
    return new OutOfStepException(what + ": " + cause.getMessage(), cause);
  }

  private String describe(int lun, ByteBuffer commandBlock, String what) {
    return device.identity() + " LUN " + lun + ": " + Scsi.name(commandBlock) + " " + what;
  }
}
