package org.bulkhead.testkit.internal;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.bulkhead.device.transport.BusCompletion;
import org.bulkhead.device.transport.BusTransfer;
import org.bulkhead.device.usb.TransferStatus;
import org.bulkhead.device.usb.UsbException;

/** A transfer whose flights are counted. */
final class WatchedTransfer implements BusTransfer, BusCompletion {

  private final WatchedHandle handle;
  private final BusCompletion completion;
  private final AtomicBoolean flying = new AtomicBoolean();
  private BusTransfer transfer;

  WatchedTransfer(WatchedHandle handle, BusCompletion completion) {
    this.handle = handle;
    this.completion = completion;
  }

  void fill(BusTransfer real) {
    transfer = real;
  }

  @Override
  public void completed(BusTransfer ended) {
    landed();
    completion.completed(this);
  }

  private void landed() {
    if (flying.compareAndSet(true, false)) {
      handle.flights.decrementAndGet();
    }
  }

  @Override
  public boolean awaited() {
    return completion.awaited();
  }

  @Override
  public boolean prompt() {
    return completion.prompt();
  }

  @Override
  public void await(BooleanSupplier over, long nanos) {
    transfer.await(over, nanos);
  }

  @Override
  public void wake(Thread waiter) {
    transfer.wake(waiter);
  }

  @Override
  public ByteBuffer buffer() {
    return transfer.buffer();
  }

  @Override
  public void submit(int lengthBytes) throws UsbException {
    flying.set(true);
    handle.flights.incrementAndGet();
    boolean submitted = false;
    try {
      transfer.submit(lengthBytes);
      submitted = true;
    } finally {
      if (!submitted) {
        landed();
      }
    }
  }

  @Override
  public void cancel() {
    transfer.cancel();
  }

  @Override
  public TransferStatus status() {
    return transfer.status();
  }

  @Override
  public int actualLengthBytes() {
    return transfer.actualLengthBytes();
  }

  @Override
  public int packetLengthBytes(int packet) {
    return transfer.packetLengthBytes(packet);
  }

  @Override
  public TransferStatus packetStatus(int packet) {
    return transfer.packetStatus(packet);
  }

  @Override
  public void free() {
    transfer.free();
    landed();
  }
}
