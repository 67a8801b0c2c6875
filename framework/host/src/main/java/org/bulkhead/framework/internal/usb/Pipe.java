package org.bulkhead.framework.internal.usb;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.bulkhead.device.transport.BusTransfer;
import org.bulkhead.device.usb.Endpoint;
import org.bulkhead.device.usb.Transfer;
import org.bulkhead.device.usb.TransferHandler;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.descriptor.Direction;
import org.bulkhead.device.usb.descriptor.EndpointDescriptor;
import org.bulkhead.device.usb.descriptor.TransferType;
import org.bulkhead.framework.internal.compartment.Incarnation;
import org.bulkhead.framework.internal.recorder.Flight;

/**
 * An endpoint lent to one incarnation: submits on the driver's thread, completions from the
 * transport, which has them told on the driver's thread itself where that waits; handed back in the
 * order of submission.
 *
 * <p>Longer than most classes here, because it is the whole of both forms of transfer.
 */
final class Pipe implements Endpoint, Incarnation.Part {

  private static final int MAX_CAPACITY_BYTES = 16 << 20;
  private static final int MAX_PACKETS = 128;

  // USB 2.0 section 9.4.1.
  private static final int ENDPOINT = 0x02;
  private static final int CLEAR_FEATURE = 1;
  private static final int ENDPOINT_HALT = 0;

  private final LentDevice device;
  private final Incarnation incarnation;
  private final EndpointDescriptor descriptor;
  private final List<PipeTransfer> allocated = new CopyOnWriteArrayList<>();
  private final ArrayDeque<PipeTransfer> flights = new ArrayDeque<>();
  private final Object landings = new Object();
  private final AtomicBoolean draining = new AtomicBoolean();
  private final Runnable drain = this::drain;
  private final Incarnation.DriverCode handlers = this::runHandlers;
  private final BooleanSupplier reapable = this::reapable;
  private volatile Thread reaper;
  private PipeTransfer head; // the reaper's
  private Window window; // null where there is none
  private volatile boolean closed;
  private PipeTransfer scratch;

  Pipe(LentDevice device, EndpointDescriptor descriptor) {
    this.device = device;
    this.incarnation = device.incarnation();
    this.descriptor = descriptor;
    incarnation.add(this);
  }

  @Override
  public EndpointDescriptor descriptor() {
    return descriptor;
  }

  Direction direction() {
    return descriptor.direction();
  }

  @Override
  public int read(ByteBuffer destination, Duration timeout) throws UsbException {
    require(Direction.IN, "read");
    PipeTransfer transfer = scratch(destination.remaining());
    transfer.data().limit(destination.remaining());
    try {
      return transfer(transfer, timeout);
    } finally {
      int moved = Math.min(transfer.actualLengthBytes(), destination.remaining());
      destination.put(transfer.data().limit(moved).position(0));
    }
  }

  @Override
  public int write(ByteBuffer source, Duration timeout) throws UsbException {
    require(Direction.OUT, "write");
    PipeTransfer transfer = scratch(source.remaining());
    int start = source.position();
    transfer.data().put(source).flip();
    source.position(start);
    try {
      return transfer(transfer, timeout);
    } finally {
      source.position(start + Math.min(transfer.actualLengthBytes(), source.remaining()));
    }
  }

  private PipeTransfer scratch(int bytes) throws UsbException {
    PipeTransfer last = scratch;
    // One that the transport never gave back is not waited for.
    if (last == null || !last.idle() || last.data().capacity() < bytes) {
      int packet = Math.max(1, descriptor.maxPacketBytes());
      int capacity = Math.max(4 * packet, Integer.highestOneBit(Math.max(1, bytes - 1)) << 1);
      scratch = allocate(Math.max(bytes, capacity), 0, null);
      if (last != null) {
        last.free();
      }
    }
    scratch.rewind();
    scratch.data().clear();
    return scratch;
  }

  @Override
  public Transfer allocate(int capacityBytes) throws UsbException {
    return allocate(capacityBytes, 0, null);
  }

  @Override
  public Transfer allocate(int capacityBytes, TransferHandler handler) throws UsbException {
    return allocate(capacityBytes, 0, java.util.Objects.requireNonNull(handler, "handler"));
  }

  @Override
  public Transfer allocateIsochronous(int packets, int packetBytes, TransferHandler handler)
      throws UsbException {
    if (descriptor.type() != TransferType.ISOCHRONOUS) {
      throw failure(Kind.INVALID, "not an isochronous endpoint");
    }
    if (packets < 1
        || packets > MAX_PACKETS
        || packetBytes < 0
        || packetBytes > descriptor.bytesPerInterval()) {
      throw failure(
          Kind.INVALID,
          packets
              + " packets of "
              + packetBytes
              + " bytes; at most "
              + MAX_PACKETS
              + " of "
              + descriptor.bytesPerInterval());
    }
    return allocate(packets * packetBytes, packets, handler);
  }

  private PipeTransfer allocate(int capacityBytes, int packets, TransferHandler handler)
      throws UsbException {
    incarnation.crossing();
    if (capacityBytes < 0 || capacityBytes > MAX_CAPACITY_BYTES) {
      throw failure(Kind.INVALID, capacityBytes + " bytes; a transfer has 0 to 16 MiB");
    }
    if (packets == 0 && descriptor.type() == TransferType.ISOCHRONOUS) {
      throw failure(Kind.INVALID, "an isochronous endpoint: use allocateIsochronous");
    }
    PipeTransfer transfer = new PipeTransfer(this, packets, handler);
    BusTransfer bus =
        device
            .handle()
            .allocate(descriptor.type(), descriptor.address(), capacityBytes, packets, transfer);
    transfer.fill(
        bus,
        device
            .recorder()
            .flight(incarnation.number(), descriptor.type(), descriptor.address(), bus.buffer()));
    allocated.add(transfer);
    return transfer;
  }

  @Override
  public int transfer(Transfer transfer, Duration timeout) throws UsbException {
    incarnation.crossing();
    PipeTransfer own = own(transfer);
    long nanos = positive(timeout);
    if (!flights.isEmpty()) {
      throw failure(Kind.INVALID, "a synchronous transfer with " + flights.size() + " in flight");
    }
    long until = incarnation.progress(nanos);
    own.start(true, 0, until - nanos);
    boolean interrupted = own.await(until, nanos);
    incarnation.check();
    incarnation.progress(0);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    own.check();
    return own.actualLengthBytes();
  }

  @Override
  public void submit(Transfer transfer, Duration deadline) throws UsbException {
    incarnation.crossing();
    PipeTransfer own = own(transfer);
    PipeTransfer last = flights.peekLast();
    if (last != null && (last.handler == null) != (own.handler == null)) {
      throw failure(Kind.INVALID, "transfers with and without a handler in flight together");
    }
    if (window != null) {
      submitWithin(own, deadline == null ? 0 : expiry(deadline, System.nanoTime()));
      return;
    }
    long now = System.nanoTime();
    long expiresAt = deadline == null ? 0 : expiry(deadline, now);
    flights.addLast(own);
    boolean started = false;
    try {
      own.start(false, expiresAt, now);
      started = true;
    } finally {
      if (!started) {
        flights.removeLast();
      }
    }
  }

  /** When a flight is past its deadline, of System.nanoTime; never 0. */
  private long expiry(Duration deadline, long nowNanos) throws UsbException {
    return nowNanos + positive(deadline) | 1;
  }

  private void submitWithin(PipeTransfer own, long expiresAt) throws UsbException {
    if (window.isBroken() && flights.isEmpty()) {
      window = new Window(window.size());
    }
    if (window.isFull()) {
      throw failure(Kind.INVALID, Window.CAPACITY + " transfers wait already");
    }
    flights.addLast(own);
    own.startWithin(window, expiresAt);
  }

  @Override
  public void window(int transfers) throws UsbException {
    if (transfers < 1) {
      throw failure(Kind.INVALID, "a window of " + transfers + " transfers");
    }
    if (!flights.isEmpty()) {
      throw failure(Kind.INVALID, "another window with " + flights.size() + " in flight");
    }
    window = transfers == Integer.MAX_VALUE ? null : new Window(transfers);
  }

  @Override
  public Transfer reap(Duration timeout) throws UsbException {
    incarnation.crossing();
    PipeTransfer first = flights.peekFirst();
    if (first == null || first.handler != null) {
      throw failure(Kind.INVALID, "nothing in flight to reap");
    }
    if (!first.landed()) {
      await(first, timeout.isZero() ? 0 : positive(timeout));
    }
    if (!first.landed()) {
      return null;
    }
    flights.removeFirst();
    first.land();
    return first;
  }

  private void await(PipeTransfer first, long nanos) throws UsbException {
    long until = incarnation.progress(nanos);
    head = first;
    try {
      long left = nanos;
      do {
        reaper = Thread.currentThread();
        incarnation.check();
        first.await(reapable, left);
        incarnation.check();
        if (Thread.interrupted()) {
          Thread.currentThread().interrupt();
          throw failure(Kind.CANCELLED, "interrupted while waiting for a completion");
        }
        left = first.landed() ? 0 : until - System.nanoTime();
      } while (left > 0);
    } finally {
      reaper = null;
      incarnation.progress(0);
    }
  }

  private boolean reapable() {
    return head.landed() || incarnation.isCondemned();
  }

  /** An asynchronous transfer came back. */
  void landed(PipeTransfer transfer) {
    if (transfer.handler == null) {
      wakeReaper(transfer);
    } else if (!closed && draining.compareAndSet(false, true)) {
      // Its thread looks for more before it sleeps: to begin early loses nothing.
      incarnation.execute(drain);
    }
  }

  private void wakeReaper(PipeTransfer transfer) {
    Thread waiting = reaper;
    if (waiting != null && waiting != Thread.currentThread() && reapable()) {
      // Once for all that end together.
      reaper = null;
      transfer.wake(waiting);
    }
  }

  private void drain() {
    draining.set(false);
    incarnation.run(handlers);
  }

  private void runHandlers() throws Exception {
    for (PipeTransfer head = flights.peekFirst();
        head != null && head.handler != null && head.landed();
        head = flights.peekFirst()) {
      flights.removeFirst();
      head.land();
      incarnation.progress(0);
      head.handler.completed(head);
      incarnation.check();
      incarnation.passed();
    }
  }

  @Override
  public int inFlight() {
    return flights.size();
  }

  @Override
  public void cancelAll() {
    incarnation.check();
    for (PipeTransfer transfer : allocated) {
      transfer.cancel();
    }
  }

  @Override
  public void clearHalt() throws UsbException {
    incarnation.crossing();
    if (!flights.isEmpty()) {
      throw failure(Kind.INVALID, "clear halt with " + flights.size() + " transfers in flight");
    }
    device.request(
        Flight.setup(ENDPOINT, CLEAR_FEATURE, ENDPOINT_HALT, descriptor.address()),
        () -> device.handle().clearHalt(descriptor.address()));
    incarnation.progress(0);
  }

  /** Its interface went to another alternate setting: the driver gets new endpoints. */
  void retire() {
    closed = true;
    for (PipeTransfer transfer : allocated) {
      transfer.cancel();
    }
  }

  /** A flight ended, after which its transfer does not fly any more. */
  void arrived() {
    if (over()) {
      synchronized (landings) {
        landings.notifyAll();
      }
    }
  }

  void freed(PipeTransfer transfer, boolean inFlight) {
    allocated.remove(transfer);
    flights.remove(transfer);
    if (inFlight) {
      arrived();
    }
  }

  void failed() {
    incarnation.failed();
  }

  boolean over() {
    return closed || incarnation.isCondemned();
  }

  @Override
  public void condemned() {
    for (PipeTransfer transfer : allocated) {
      transfer.condemned();
      wakeReaper(transfer);
    }
  }

  @Override
  public void awaitIdle(long untilNanos) throws InterruptedException {
    synchronized (landings) {
      long left = untilNanos - System.nanoTime();
      while (left > 0 && allocated.stream().anyMatch(PipeTransfer::flying)) {
        landings.wait(left / 1_000_000 + 1);
        left = untilNanos - System.nanoTime();
      }
    }
  }

  @Override
  public void expire(long nowNanos) {
    for (PipeTransfer transfer : allocated) {
      transfer.expire(nowNanos);
    }
  }

  @Override
  public void free() {
    closed = true;
    for (PipeTransfer transfer : allocated) {
      transfer.free();
    }
  }

  private PipeTransfer own(Transfer transfer) throws UsbException {
    if (closed) {
      throw failure(Kind.INVALID, "an endpoint of an alternate setting that is not selected");
    }
    if (!(transfer instanceof PipeTransfer own) || !own.belongsTo(this)) {
      throw failure(Kind.INVALID, "a transfer of another endpoint");
    }
    if (!own.idle()) {
      throw own.notIdle();
    }
    return own;
  }

  private void require(Direction direction, String operation) throws UsbException {
    if (descriptor.direction() != direction) {
      throw failure(Kind.INVALID, operation + " on an " + descriptor.direction() + " endpoint");
    }
  }

  private long positive(Duration timeout) throws UsbException {
    if (timeout.isNegative() || timeout.isZero()) {
      throw failure(Kind.INVALID, "a time-out of " + timeout + "; it must be more than zero");
    }
    return device.nanos(timeout);
  }

  UsbException lost() {
    return failure(Kind.FAULT, "the transport did not end a cancelled transfer");
  }

  UsbException failure(Kind kind, int bytesMoved) {
    return device.failure(kind, endpointName(), remedy(kind), bytesMoved);
  }

  UsbException failure(Kind kind, String what) {
    return device.failure(kind, endpointName(), what, 0);
  }

  private String endpointName() {
    return String.format("endpoint 0x%02x", descriptor.address());
  }

  private static String remedy(Kind kind) {
    return switch (kind) {
      case STALL -> "stalled: clear the halt";
      case TIMEOUT -> "timed out";
      case CANCELLED -> "cancelled";
      case DISCONNECTED -> "device unplugged";
      case OVERFLOW -> "device sent more than asked for";
      default -> "bus error: retry, then reset the device";
    };
  }
}
