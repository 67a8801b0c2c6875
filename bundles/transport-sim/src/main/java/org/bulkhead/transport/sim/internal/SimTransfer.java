package org.bulkhead.transport.sim.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bulkhead.device.transport.BusCompletion;
import org.bulkhead.device.transport.BusTransfer;
import org.bulkhead.device.usb.TransferStatus;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.descriptor.EndpointDescriptor;
import org.bulkhead.device.usb.descriptor.TransferType;
import org.bulkhead.transport.sim.SimFaults.Fault;

/** A transfer. State is guarded by the model's monitor. */
final class SimTransfer implements BusTransfer {

  static final int SETUP_BYTES = 8;

  private enum State {
    IDLE,
    IN_FLIGHT,
    FREED
  }

  final Handle handle;
  final TransferType type;
  final BusCompletion completion;
  final int packets;
  private final Pipe pipe;
  private final EndpointDescriptor endpoint;
  private final ByteBuffer buffer;
  private final ByteBuffer view;
  private final int[] packetLengths;
  private final TransferStatus[] packetStatuses;
  private State state = State.IDLE;
  private boolean freeWanted;
  private TransferStatus status = TransferStatus.COMPLETED;

  // Used by the pipe.
  SimTransfer next;
  boolean queued;
  boolean started;
  Fault fault;
  long notBeforeNanos;
  int length;
  int moved;

  SimTransfer(
      Handle handle,
      Pipe pipe,
      TransferType type,
      int capacityBytes,
      int packets,
      BusCompletion completion) {
    this.handle = handle;
    this.pipe = pipe;
    endpoint = handle.attachment.functions.endpoint(pipe.address);
    this.type = type;
    this.packets = packets;
    this.completion = completion;
    buffer = ByteBuffer.allocateDirect(capacityBytes).order(ByteOrder.LITTLE_ENDIAN);
    view = buffer.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    packetLengths = new int[packets];
    packetStatuses = new TransferStatus[packets];
  }

  @Override
  public ByteBuffer buffer() {
    return buffer;
  }

  /** A part of the memory for a model to read or fill; always the same object. */
  ByteBuffer window(int from, int bytes) {
    return view.limit(from + bytes).position(from);
  }

  @Override
  public void submit(int lengthBytes) throws UsbException {
    synchronized (handle.attachment.device) {
      handle.check("submit");
      if (state != State.IDLE || freeWanted) {
        throw handle.invalid("submit: the transfer is in flight or freed");
      }
      if (lengthBytes < 0 || lengthBytes > buffer.capacity()) {
        throw handle.invalid(
            "submit: " + lengthBytes + " bytes, the transfer holds " + buffer.capacity());
      }
      if (type == TransferType.CONTROL) {
        checkSetup(lengthBytes);
      } else if (!handle.offers(endpoint)) {
        throw handle.invalid(
            String.format(
                "submit: endpoint 0x%02x is not in a claimed interface any more", pipe.address));
      }
      if (packets > 0 && lengthBytes % packets != 0) {
        throw handle.invalid("submit: " + lengthBytes + " bytes for " + packets + " packets");
      }
      state = State.IN_FLIGHT;
      length = lengthBytes;
      moved = 0;
      handle.submitted();
      pipe.append(this);
    }
  }

  private void checkSetup(int lengthBytes) throws UsbException {
    int dataBytes = buffer.getShort(6) & 0xffff;
    if (lengthBytes != SETUP_BYTES + dataBytes) {
      throw handle.invalid(
          "submit: " + lengthBytes + " bytes are not 8 of setup and its wLength of " + dataBytes);
    }
  }

  /** Ends the flight; the completion follows. */
  void finish(TransferStatus how) {
    status = how;
    handle.attachment.done(this);
  }

  /** Idle again, or freed; returns whether the completion is to be told. */
  boolean land() {
    pipe.landed();
    state = freeWanted ? State.FREED : State.IDLE;
    return !freeWanted;
  }

  void packet(int index, int bytes, TransferStatus how) {
    packetLengths[index] = bytes;
    packetStatuses[index] = how;
    moved += bytes;
  }

  @Override
  public void cancel() {
    synchronized (handle.attachment.device) {
      if (queued) {
        pipe.remove(this);
        finish(TransferStatus.CANCELLED);
        handle.attachment.deliverSoon();
      }
    }
  }

  @Override
  public TransferStatus status() {
    return status;
  }

  @Override
  public int actualLengthBytes() {
    return moved;
  }

  @Override
  public int packetLengthBytes(int packet) {
    return packetLengths[packet];
  }

  @Override
  public TransferStatus packetStatus(int packet) {
    return packetStatuses[packet];
  }

  @Override
  public void free() {
    synchronized (handle.attachment.device) {
      freeWanted = true;
      if (state == State.IDLE) {
        state = State.FREED;
      }
      cancel();
    }
  }
}
