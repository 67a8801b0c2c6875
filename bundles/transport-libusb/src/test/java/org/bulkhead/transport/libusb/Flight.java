package org.bulkhead.transport.libusb;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.bulkhead.device.transport.BusCompletion;
import org.bulkhead.device.transport.BusHandle;
import org.bulkhead.device.transport.BusTransfer;
import org.bulkhead.device.usb.TransferStatus;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.descriptor.TransferType;

/** A transfer and the completions that it had. */
final class Flight implements BusCompletion {

  final BusTransfer transfer;
  private final Semaphore completions = new Semaphore(0);

  Flight(BusHandle handle, TransferType type, int endpoint, int capacity) throws UsbException {
    transfer = handle.allocate(type, endpoint, capacity, 0, this);
  }

  static Flight bulk(BusHandle handle, int endpoint, int capacity) throws UsbException {
    return new Flight(handle, TransferType.BULK, endpoint, capacity);
  }

  static Flight control(BusHandle handle, int capacity) throws UsbException {
    return new Flight(handle, TransferType.CONTROL, 0, 8 + capacity);
  }

  @Override
  public void completed(BusTransfer ended) {
    completions.release();
  }

  /** Writes a setup packet. */
  Flight setup(int requestType, int request, int value, int index, int length) {
    ByteBuffer setup = transfer.buffer();
    setup.put(0, (byte) requestType).put(1, (byte) request);
    setup.putShort(2, (short) value).putShort(4, (short) index).putShort(6, (short) length);
    return this;
  }

  Flight submit(int length) throws UsbException {
    transfer.submit(length);
    return this;
  }

  /** Waits for one completion and returns its status. */
  TransferStatus await() {
    try {
      assertThat(completions.tryAcquire(30, TimeUnit.SECONDS)).as("completed in 30 s").isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return transfer.status();
  }

  int completions() {
    return completions.availablePermits();
  }

  byte[] bytes(int offset) {
    byte[] bytes = new byte[transfer.actualLengthBytes()];
    transfer.buffer().get(offset, bytes);
    return bytes;
  }
}
