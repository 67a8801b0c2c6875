package org.bulkhead.framework.internal.usb;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.locks.LockSupport;
import org.bulkhead.device.transport.BusCompletion;
import org.bulkhead.device.transport.BusTransfer;
import org.bulkhead.device.usb.Transfer;
import org.bulkhead.device.usb.TransferHandler;
import org.bulkhead.device.usb.TransferStatus;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.descriptor.Direction;

/**
 * A driver's transfer over a transport's. The driver's thread moves it from idle to flying, the
 * transport's event thread to landed, and the driver's thread back to idle: one writer at a time,
 * so a volatile state is all the synchronisation there is.
 */
final class PipeTransfer implements Transfer, BusCompletion {

  /** How long a transport may take to end a cancelled transfer before it is given up as lost. */
  private static final long CANCEL_GRACE_NANOS = 2_000_000_000L;

  private enum State {
    IDLE,
    FLYING,
    LANDED,
    FREED
  }

  final TransferHandler handler;
  private final Pipe pipe;
  private final int packets;
  private BusTransfer bus;
  private ByteBuffer data;
  private volatile State state = State.IDLE;
  private volatile Thread waiter;
  private volatile long expiresAt;
  private volatile boolean expired;
  private TransferStatus status = TransferStatus.COMPLETED;
  private int actualLengthBytes;
  private boolean synchronous;

  PipeTransfer(Pipe pipe, int packets, TransferHandler handler) {
    this.pipe = pipe;
    this.packets = packets;
    this.handler = handler;
  }

  void fill(BusTransfer transfer) {
    bus = transfer;
    data = transfer.buffer().duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  boolean belongsTo(Pipe other) {
    return pipe == other;
  }

  boolean idle() {
    return state == State.IDLE;
  }

  boolean flying() {
    return state == State.FLYING;
  }

  boolean landed() {
    return state == State.LANDED;
  }

  /** Puts it in flight; called on the driver's thread, inside the gate. */
  void start(boolean forCaller, long deadlineNanos) throws UsbException {
    if (data.position() != 0) {
      data.compact().flip();
    }
    synchronous = forCaller;
    waiter = forCaller ? Thread.currentThread() : null;
    expired = false;
    expiresAt = deadlineNanos;
    state = State.FLYING;
    pipe.departed();
    try {
      bus.submit(data.limit());
    } catch (UsbException refused) {
      state = State.IDLE;
      pipe.arrived();
      throw refused;
    }
  }

  /** On the transport's event thread. */
  @Override
  public void completed(BusTransfer transfer) {
    actualLengthBytes = transfer.actualLengthBytes();
    TransferStatus end = transfer.status();
    status = expired && end == TransferStatus.CANCELLED ? TransferStatus.TIMEOUT : end;
    boolean forCaller = synchronous;
    Thread waiting = waiter;
    state = State.LANDED;
    pipe.arrived();
    if (forCaller) {
      LockSupport.unpark(waiting);
    } else {
      pipe.landed(this);
    }
  }

  /**
   * Waits for a synchronous flight to end, and takes it back.
   *
   * @return whether the caller was interrupted, by others than the framework
   */
  boolean await(long timeoutNanos) throws UsbException {
    long until = System.nanoTime() + timeoutNanos;
    boolean interrupted = false;
    while (state == State.FLYING) {
      if (pipe.over() && !expired) {
        until = abort();
      }
      long left = until - System.nanoTime();
      if (left <= 0) {
        if (expired) {
          throw pipe.lost();
        }
        until = abort();
        continue;
      }
      LockSupport.parkNanos(this, left);
      if (Thread.interrupted() && !pipe.over()) {
        interrupted = true;
        bus.cancel();
      }
    }
    land();
    return interrupted;
  }

  private long abort() {
    expired = true;
    bus.cancel();
    return System.nanoTime() + CANCEL_GRACE_NANOS;
  }

  /** Takes a landed transfer back into the driver's hands. */
  void land() {
    state = State.IDLE;
    if (pipe.direction() == Direction.IN) {
      data.limit(Math.min(actualLengthBytes, data.capacity())).position(0);
    } else {
      data.position(Math.min(actualLengthBytes, data.limit()));
    }
  }

  void expire(long nowNanos) {
    long deadline = expiresAt;
    if (deadline != 0 && state == State.FLYING && nowNanos - deadline > 0) {
      expired = true;
      bus.cancel();
    }
  }

  /** The incarnation is over: the flight ends, and whoever waits for it wakes. */
  void condemned() {
    if (state == State.FLYING) {
      bus.cancel();
      LockSupport.unpark(waiter);
    }
  }

  @Override
  public ByteBuffer data() {
    return data;
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
  public void check() throws UsbException {
    if (status != TransferStatus.COMPLETED) {
      throw pipe.failure(status.kind(), actualLengthBytes);
    }
  }

  @Override
  public void cancel() {
    if (state == State.FLYING) {
      bus.cancel();
    }
  }

  @Override
  public void free() {
    if (state != State.FREED) {
      boolean inFlight = state == State.FLYING;
      state = State.FREED;
      bus.free();
      pipe.freed(this, inFlight);
    }
  }

  @Override
  public int packetCount() {
    return packets;
  }

  @Override
  public int packetLengthBytes(int packet) {
    return bus.packetLengthBytes(checked(packet));
  }

  @Override
  public TransferStatus packetStatus(int packet) {
    return bus.packetStatus(checked(packet));
  }

  private int checked(int packet) {
    if (packet < 0 || packet >= packets) {
      throw new IndexOutOfBoundsException("packet " + packet + " of " + packets);
    }
    return packet;
  }

  UsbException notIdle() {
    return pipe.failure(
        Kind.INVALID, "the transfer is " + (state == State.FREED ? "freed" : "in flight"));
  }
}
