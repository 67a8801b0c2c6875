package org.bulkhead.transport.chaos.internal;

import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;
import org.bulkhead.device.transport.BusCompletion;
import org.bulkhead.device.transport.BusTransfer;
import org.bulkhead.device.usb.TransferStatus;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.transport.chaos.ChaosFault;

/** A transfer that may suffer. Its state is guarded by its lane's monitor. */
final class ChaosTransfer implements BusTransfer, BusCompletion {

  private final Lane lane;
  private final BusCompletion user;
  private BusTransfer real;
  boolean flying;

  /** Whether the real transfer was submitted, so that its end is to be waited for. */
  boolean passedOn;

  /** Whether it has ended, and only waits for its turn. */
  boolean ended;

  /** Whether somebody wants it to end, so that it is not withheld. */
  boolean cancelled;

  Plans.Strike strike;
  private int corrupted = -1;
  private volatile TransferStatus status = TransferStatus.COMPLETED;
  private volatile int actualLengthBytes;

  ChaosTransfer(Lane lane, BusCompletion user) {
    this.lane = lane;
    this.user = user;
  }

  void over(BusTransfer transfer) {
    real = transfer;
  }

  BusTransfer real() {
    return real;
  }

  boolean suffers(ChaosFault fault) {
    return strike != null && strike.fault() == fault;
  }

  @Override
  public ByteBuffer buffer() {
    return real.buffer();
  }

  @Override
  public void submit(int lengthBytes) throws UsbException {
    lane.submit(this, lengthBytes);
  }

  @Override
  public void cancel() {
    lane.cancel(this);
  }

  @Override
  public void await(BooleanSupplier over, long nanos) {
    real.await(over, nanos);
  }

  @Override
  public void wake(Thread waiter) {
    real.wake(waiter);
  }

  @Override
  public boolean awaited() {
    return user.awaited();
  }

  @Override
  public boolean prompt() {
    return user.prompt();
  }

  @Override
  public void completed(BusTransfer transfer) {
    lane.arrived(this);
  }

  void tell() {
    user.completed(this);
  }

  void end(TransferStatus how, int bytes) {
    status = how;
    actualLengthBytes = bytes;
    ended = true;
  }

  /** Takes over how the real transfer ended. */
  void endAsReal(boolean in, int setupBytes) {
    int bytes = real.actualLengthBytes();
    if (suffers(ChaosFault.SHORT) && in) {
      bytes /= 2;
    } else if (suffers(ChaosFault.CORRUPT) && in && bytes > 0) {
      invert(setupBytes + bytes / 2);
    } else if (corrupted >= 0) {
      invert(corrupted);
      corrupted = -1;
    }
    end(real.status(), bytes);
  }

  /** Inverts a byte on its way out; it is put back at the end, as the memory is the driver's. */
  void corrupt(int at) {
    corrupted = at;
    invert(at);
  }

  private void invert(int at) {
    real.buffer().put(at, (byte) ~real.buffer().get(at));
  }

  @Override
  public TransferStatus status() {
    return status;
  }

  @Override
  public int actualLengthBytes() {
    return actualLengthBytes;
  }

  @Override
  public int packetLengthBytes(int packet) {
    return real.packetLengthBytes(packet);
  }

  @Override
  public TransferStatus packetStatus(int packet) {
    return real.packetStatus(packet);
  }

  @Override
  public void free() {
    lane.free(this);
  }
}
