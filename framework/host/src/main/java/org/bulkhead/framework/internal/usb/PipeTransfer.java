package org.bulkhead.framework.internal.usb;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.BooleanSupplier;
import org.bulkhead.device.transport.BusCompletion;
import org.bulkhead.device.transport.BusTransfer;
import org.bulkhead.device.usb.Transfer;
import org.bulkhead.device.usb.TransferHandler;
import org.bulkhead.device.usb.TransferStatus;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.descriptor.Direction;
import org.bulkhead.framework.internal.recorder.Flight;
import org.bulkhead.framework.internal.usb.TransferState.Phase;

/**
 * A driver's transfer over a transport's. The driver's thread moves it from idle to flying, or to
 * waiting for its {@link Window}, which then has it fly; a thread of the transport's to landed,
 * which may be the driver's as it waits, and the driver's back to idle. Freeing may come at any
 * time, so landing and freeing compete for a flight, and who gets it tells of its end.
 */
final class PipeTransfer implements Transfer, BusCompletion, Window.Waiting {

  /** How long a transport may take to end a cancelled transfer before it is given up as lost. */
  private static final long CANCEL_GRACE_NANOS = 2_000_000_000L;

  final TransferHandler handler;
  private final Pipe pipe;
  private final int packets;
  private BusTransfer bus;
  private Flight flight;
  private ByteBuffer data;
  private final TransferState state = new TransferState();
  private final BooleanSupplier waited = this::waited;
  private volatile Thread waiter;
  private volatile long expiresAt;
  private volatile boolean expired;
  private TransferStatus status = TransferStatus.COMPLETED;
  private int actualLengthBytes;
  private boolean synchronous;

  /** Where it waited before this flight; null where it did not. */
  private volatile Window window;

  PipeTransfer(Pipe pipe, int packets, TransferHandler handler) {
    this.pipe = pipe;
    this.packets = packets;
    this.handler = handler;
  }

  void fill(BusTransfer transfer, Flight recorded) {
    bus = transfer;
    flight = recorded;
    data = transfer.buffer().duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  boolean belongsTo(Pipe other) {
    return pipe == other;
  }

  boolean idle() {
    return state.is(Phase.IDLE);
  }

  boolean flying() {
    return state.is(Phase.FLYING);
  }

  boolean landed() {
    return state.is(Phase.LANDED);
  }

  /** Forgets the last flight, so that one that never starts has moved nothing. */
  void rewind() {
    if (idle()) {
      status = TransferStatus.COMPLETED;
      actualLengthBytes = 0;
    }
  }

  /**
   * Puts it in flight; called on the driver's thread, inside the gate.
   *
   * @param deadlineNanos when it is cancelled, of System.nanoTime, or 0
   * @param nowNanos System.nanoTime
   */
  void start(boolean forCaller, long deadlineNanos, long nowNanos) throws UsbException {
    prepare(forCaller);
    if (window != null) {
      window = null;
    }
    if (deadlineNanos == 0 && expiresAt == 0) {
      depart(nowNanos);
    } else {
      // Not while the supervisor looks whether the flight before this one is past its deadline.
      synchronized (this) {
        expiresAt = deadlineNanos;
        depart(nowNanos);
      }
    }
    if (pipe.over()) {
      // Whoever ended the incarnation may have seen it idle.
      bus.cancel();
    }
  }

  private void prepare(boolean forCaller) {
    if (data.position() != 0) {
      data.compact().flip();
    }
    synchronous = forCaller;
    Thread waits = forCaller ? Thread.currentThread() : null;
    if (waiter != waits) {
      waiter = waits;
    }
    rewind();
  }

  /** As {@link #start}, as soon as a window lets it; it tells what becomes of it by landing. */
  void startWithin(Window itsWindow, long deadlineNanos) {
    prepare(false);
    if (deadlineNanos != 0 || expiresAt != 0) {
      synchronized (this) {
        expiresAt = deadlineNanos;
      }
    }
    itsWindow.add(this);
    if (pipe.over()) {
      cancel();
    }
  }

  @Override
  public int waitsAt(Window itsWindow) {
    if (window != itsWindow) {
      window = itsWindow;
    }
    return state.startWait();
  }

  @Override
  public boolean depart(int wait, long nowNanos) {
    if (!state.endWait(wait, Phase.FLYING)) {
      return false;
    }
    TransferStatus refusal = TransferStatus.CANCELLED;
    boolean submitted = false;
    try {
      submit(nowNanos);
      submitted = true;
    } catch (UsbException refused) {
      refusal = status(refused.kind());
    } finally {
      // Also where an Error goes on: who waits for it waits for those behind it as well.
      if (!submitted) {
        land(Phase.FLYING, refusal);
      }
    }
    if (submitted && pipe.over()) {
      bus.cancel();
    }
    return submitted;
  }

  private void submit(long nowNanos) throws UsbException {
    if (expired) {
      expired = false;
    }
    flight.submitted(data.limit(), nowNanos);
    try {
      bus.submit(data.limit());
    } catch (UsbException refused) {
      flight.refused(refused.kind());
      throw refused;
    }
  }

  @Override
  public void abandon(int wait) {
    if (state.endWait(wait, Phase.LANDING)) {
      landAs(TransferStatus.CANCELLED);
    }
  }

  private static TransferStatus status(Kind refused) {
    return switch (refused) {
      case DISCONNECTED -> TransferStatus.DISCONNECTED;
      case FAULT -> TransferStatus.FAULT;
      // Its interface is being set up, or let go of.
      default -> TransferStatus.CANCELLED;
    };
  }

  /** Ends what the transport does not know of. */
  private void land(Phase from, TransferStatus as) {
    if (state.move(from, Phase.LANDING)) {
      landAs(as);
    }
  }

  private void landAs(TransferStatus as) {
    status = as;
    if (state.move(Phase.LANDING, Phase.LANDED)) {
      pipe.arrived();
      pipe.landed(this);
    }
  }

  private void depart(long nowNanos) throws UsbException {
    if (!state.move(Phase.IDLE, Phase.FLYING)) {
      throw notIdle();
    }
    boolean submitted = false;
    try {
      submit(nowNanos);
      submitted = true;
    } finally {
      if (!submitted && state.move(Phase.FLYING, Phase.IDLE)) {
        pipe.arrived();
      }
    }
  }

  @Override
  public void completed(BusTransfer transfer) {
    if (!state.is(Phase.FLYING)) {
      return;
    }
    actualLengthBytes = transfer.actualLengthBytes();
    TransferStatus end = transfer.status();
    status = expired && end == TransferStatus.CANCELLED ? TransferStatus.TIMEOUT : end;
    long now = System.nanoTime();
    flight.completed(status, actualLengthBytes, now);
    boolean forCaller = synchronous;
    Thread waiting = waiter;
    Window within = window;
    if (!state.move(Phase.FLYING, Phase.LANDED)) {
      return;
    }
    pipe.arrived();
    if (within != null) {
      within.landed(status == TransferStatus.COMPLETED, now);
    }
    if (forCaller) {
      wake(waiting);
    } else {
      pipe.landed(this);
    }
  }

  @Override
  public boolean awaited() {
    return handler == null;
  }

  @Override
  public boolean prompt() {
    return window != null;
  }

  /** Has a thread that waits for it look again; nothing where it is the one that tells the end. */
  void wake(Thread waiting) {
    if (waiting != Thread.currentThread()) {
      bus.wake(waiting);
    }
  }

  /** Waits as {@link BusTransfer#await} does. */
  void await(BooleanSupplier over, long nanos) {
    bus.await(over, nanos);
  }

  /** Whether its waiter has something to do: it ended, or is to be cancelled. */
  private boolean waited() {
    return !state.is(Phase.FLYING) || pipe.over() && !expired;
  }

  /**
   * Waits for a synchronous flight to end, and takes it back.
   *
   * @param untilNanos when to cancel it, of System.nanoTime
   * @param timeoutNanos how long that was when it began
   * @return whether the caller was interrupted, by others than the framework
   */
  boolean await(long untilNanos, long timeoutNanos) throws UsbException {
    long until = untilNanos;
    long left = timeoutNanos;
    boolean interrupted = false;
    while (state.is(Phase.FLYING)) {
      if (left <= 0 && expired) {
        throw pipe.lost();
      }
      if (left <= 0 || pipe.over() && !expired) {
        until = abort();
        left = CANCEL_GRACE_NANOS;
      }
      bus.await(waited, left);
      if (Thread.interrupted() && !pipe.over()) {
        interrupted = true;
        bus.cancel();
      }
      if (state.is(Phase.FLYING)) {
        left = until - System.nanoTime();
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
    if (!state.move(Phase.LANDED, Phase.IDLE)) {
      return;
    }
    if (status == TransferStatus.FAULT
        || status == TransferStatus.STALL
        || status == TransferStatus.OVERFLOW) {
      pipe.failed();
    }
    if (pipe.direction() == Direction.IN) {
      data.limit(Math.min(actualLengthBytes, data.capacity())).position(0);
    } else {
      data.position(Math.min(actualLengthBytes, data.limit()));
    }
  }

  void expire(long nowNanos) {
    if (isPast(nowNanos)) {
      synchronized (this) {
        if (isPast(nowNanos)) {
          expired = true;
          bus.cancel();
          land(Phase.WAITING, TransferStatus.TIMEOUT);
        }
      }
    }
  }

  private boolean isPast(long nowNanos) {
    long deadline = expiresAt;
    return deadline != 0 && nowNanos - deadline > 0 && (flying() || state.is(Phase.WAITING));
  }

  /** The incarnation is over: the flight ends, and whoever waits for it wakes. */
  void condemned() {
    cancel();
    wake(waiter);
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
    land(Phase.WAITING, TransferStatus.CANCELLED);
    if (flying()) {
      bus.cancel();
    }
  }

  @Override
  public void free() {
    Phase before = state.free();
    if (before != Phase.FREED) {
      bus.free();
      pipe.freed(this, before == Phase.FLYING);
      if (before == Phase.FLYING && window != null) {
        window.landed(false, System.nanoTime());
      }
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
        Kind.INVALID, "the transfer is " + (state.is(Phase.FREED) ? "freed" : "in flight"));
  }
}
