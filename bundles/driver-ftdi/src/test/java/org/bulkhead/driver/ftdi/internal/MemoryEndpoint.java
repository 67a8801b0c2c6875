package org.bulkhead.driver.ftdi.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.bulkhead.device.usb.Endpoint;
import org.bulkhead.device.usb.Transfer;
import org.bulkhead.device.usb.TransferHandler;
import org.bulkhead.device.usb.TransferStatus;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.descriptor.Direction;
import org.bulkhead.device.usb.descriptor.EndpointDescriptor;

/** An endpoint whose transfers end when a test says so, on the test's thread. */
final class MemoryEndpoint implements Endpoint {

  final List<MemoryTransfer> allocated = new ArrayList<>();
  final ArrayDeque<MemoryTransfer> flying = new ArrayDeque<>();
  UsbException submitFails;
  int haltsCleared;

  private final EndpointDescriptor descriptor;

  MemoryEndpoint(int address, int packetBytes) {
    descriptor = new EndpointDescriptor(address, 2, packetBytes, 0, 0, 0, List.of());
  }

  /** Ends the oldest transfer as an IN endpoint would. */
  void deliver(TransferStatus status, int... bytes) throws Exception {
    MemoryTransfer oldest = flying.remove();
    oldest.buffer.clear();
    for (int b : bytes) {
      oldest.buffer.put((byte) b);
    }
    oldest.buffer.flip();
    oldest.end(status, bytes.length);
  }

  /** Ends the oldest transfer as an OUT endpoint would and returns the bytes it took. */
  byte[] take(TransferStatus status, int length) throws Exception {
    MemoryTransfer oldest = flying.remove();
    byte[] bytes = new byte[length];
    oldest.buffer.get(oldest.buffer.position(), bytes);
    oldest.end(status, length);
    return bytes;
  }

  /** Lets what was cancelled complete. */
  void settle() throws Exception {
    while (!flying.isEmpty() && flying.peek().cancelled) {
      if (descriptor.direction() == Direction.IN) {
        deliver(TransferStatus.CANCELLED);
      } else {
        take(TransferStatus.CANCELLED, 0);
      }
    }
  }

  @Override
  public EndpointDescriptor descriptor() {
    return descriptor;
  }

  @Override
  public Transfer allocate(int capacityBytes, TransferHandler handler) {
    MemoryTransfer transfer = new MemoryTransfer(capacityBytes, handler);
    allocated.add(transfer);
    return transfer;
  }

  @Override
  public void submit(Transfer transfer, Duration deadline) throws UsbException {
    if (submitFails != null) {
      throw submitFails;
    }
    if (flying.contains(transfer)) {
      throw new UsbException(Kind.INVALID, "in flight");
    }
    ((MemoryTransfer) transfer).cancelled = false;
    flying.add((MemoryTransfer) transfer);
  }

  @Override
  public int inFlight() {
    return flying.size();
  }

  @Override
  public void cancelAll() {
    flying.forEach(MemoryTransfer::cancel);
  }

  @Override
  public void clearHalt() throws UsbException {
    if (!flying.isEmpty()) {
      throw new UsbException(Kind.INVALID, "transfers in flight");
    }
    haltsCleared++;
  }

  @Override
  public int read(ByteBuffer destination, Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int write(ByteBuffer source, Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Transfer allocate(int capacityBytes) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Transfer allocateIsochronous(int packets, int packetBytes, TransferHandler handler) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int transfer(Transfer transfer, Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void window(int transfers) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Transfer reap(Duration timeout) {
    throw new UnsupportedOperationException();
  }

  /** A transfer in memory. */
  static final class MemoryTransfer implements Transfer {
    final ByteBuffer buffer;
    boolean cancelled;
    private final TransferHandler handler;
    private TransferStatus status = TransferStatus.COMPLETED;
    private int actual;

    MemoryTransfer(int capacityBytes, TransferHandler handler) {
      this.buffer = ByteBuffer.allocateDirect(capacityBytes).order(ByteOrder.LITTLE_ENDIAN);
      this.handler = handler;
    }

    private void end(TransferStatus how, int moved) throws Exception {
      status = how;
      actual = moved;
      handler.completed(this);
    }

    @Override
    public ByteBuffer data() {
      return buffer;
    }

    @Override
    public TransferStatus status() {
      return status;
    }

    @Override
    public int actualLengthBytes() {
      return actual;
    }

    @Override
    public void check() throws UsbException {
      if (status != TransferStatus.COMPLETED) {
        throw new UsbException(status.kind(), "transfer: " + status, actual, 0);
      }
    }

    @Override
    public void cancel() {
      cancelled = true;
    }

    @Override
    public void free() {}

    @Override
    public int packetCount() {
      return 0;
    }

    @Override
    public int packetLengthBytes(int packet) {
      throw new UnsupportedOperationException();
    }

    @Override
    public TransferStatus packetStatus(int packet) {
      throw new UnsupportedOperationException();
    }
  }
}
