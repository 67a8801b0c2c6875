package org.bulkhead.framework.internal.session;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.bulkhead.device.contract.DeviceUnavailableException;
import org.bulkhead.device.contract.OutcomeUnknownException;
import org.bulkhead.device.serial.SerialLine;

/**
 * What stands between a serial driver and the application's streams: received bytes, and the count
 * of those that were handed over for sending. Outlives the driver. Thread-safe.
 */
final class LineBuffer implements SerialLine {

  private static final int CAPACITY = 64 << 10;
  private static final long IDLE_MILLIS = 10;

  /** What a host controller needs to cancel transfers, many times over. */
  private static final long TAKE_BACK_NANOS = 1_000_000_000;

  private final String name;
  private final long patienceNanos;
  private final ByteBuffer received = ByteBuffer.allocate(CAPACITY).flip();
  private Runnable whenRoom;
  private Object reader;
  private boolean open;
  private boolean absent = true;
  private long absentSince = System.nanoTime();

  /** Why nobody is to wait for a driver, or null. */
  private String refusal;

  /** What this incarnation's driver has taken, and of that, what it has told the outcome of. */
  private long accepted;

  private long settled;

  /** The write under way: where it began in what was taken, and what is confirmed of it. */
  private long writeStart;

  private long confirmed;
  private IOException sendFailure;

  /** When a write was last told of bytes; one that is told of none does not wait for ever. */
  private long writeProgress;

  /** Told that there is something to read; holds locks, so it only queues. */
  private final Runnable announce;

  private boolean announced;

  LineBuffer(String name, long patienceNanos) {
    this(name, patienceNanos, () -> {});
  }

  LineBuffer(String name, long patienceNanos, Runnable announce) {
    this.name = name;
    this.patienceNanos = patienceNanos;
    this.announce = announce;
  }

  // ---- the driver's side, inside the gate ----------------------------------------------------

  @Override
  public synchronized boolean received(ByteBuffer data) {
    if (!open) {
      data.position(data.limit());
      return true;
    }
    received.compact();
    int room = Math.min(received.remaining(), data.remaining());
    received.put(data.slice().limit(room));
    data.position(data.position() + room);
    received.flip();
    notifyAll();
    announce();
    return !data.hasRemaining();
  }

  /** Once for all that comes until somebody reads. */
  private void announce() {
    if (!announced && received.hasRemaining()) {
      announced = true;
      announce.run();
    }
  }

  @Override
  public synchronized void onRoom(Runnable action) {
    whenRoom = action;
  }

  synchronized void accepted(int bytes) {
    accepted += bytes;
  }

  @Override
  public synchronized void sent(int bytes) {
    confirmed += settle(bytes);
    notifyAll();
  }

  @Override
  public synchronized void sendFailed(int bytes, IOException cause) {
    long lost = settle(bytes);
    if (lost > 0 && sendFailure == null) {
      sendFailure =
          new OutcomeUnknownException(
              name + ": " + cause.getMessage(), confirmed, lost + unsettled());
      sendFailure.initCause(cause);
    }
    notifyAll();
  }

  /**
   * Outcomes come in the order of the bytes, so a count tells whose they are.
   *
   * @return how many belong to the write under way, and not to one before that was given up
   */
  private long settle(int bytes) {
    long from = Math.max(settled, writeStart);
    settled += bytes;
    writeProgress = System.nanoTime();
    return Math.max(0, settled - from);
  }

  private long unsettled() {
    return accepted - Math.max(settled, writeStart);
  }

  @Override
  public void condition(Condition condition) {
    // The standard's streams have no place for it.
  }

  /** A new incarnation, which knows nothing of the bytes that its predecessors took. */
  synchronized void present() {
    absent = false;
    refusal = null;
    settled = accepted;
  }

  /** There is no driver for now, after {@link #ended}: who waits for one fails at once. */
  synchronized void refused(String why) {
    refusal = why;
    notifyAll();
  }

  /** The incarnation is over: what it had not confirmed stays unknown. */
  synchronized void ended() {
    whenRoom = null;
    if (!absent) {
      absent = true;
      absentSince = System.nanoTime();
    }
    long unknown = unsettled();
    if (unknown > 0) {
      sendFailure =
          new OutcomeUnknownException(
              name + ": the driver died with " + unknown + " bytes under way", confirmed, unknown);
    }
    notifyAll();
  }

  // ---- the application's side ----------------------------------------------------------------

  synchronized void open() {
    open = true;
    settled = accepted;
    announced = false;
    received.clear().flip();
  }

  synchronized void close() {
    open = false;
    whenRoom = null;
    notifyAll();
  }

  /** Who may read from now on; a read of anybody else ends. */
  synchronized void reader(Object only) {
    reader = only;
    notifyAll();
  }

  synchronized int available() {
    return received.remaining();
  }

  /**
   * Waits for data; returns an action that the driver asked for now that there is room, or null.
   *
   * @param absenceNanos how long it bears that the device is away
   */
  synchronized Runnable read(Object by, ByteBuffer into, long absenceNanos) throws IOException {
    checkReader(by);
    if (!received.hasRemaining()) {
      awaitData(by, absenceNanos);
    }
    int count = Math.min(into.remaining(), received.remaining());
    into.put(received.slice().limit(count));
    received.position(received.position() + count);
    // What is left is announced again: who reads by events may have seen no more than he read.
    announced = false;
    announce();
    if (received.remaining() > CAPACITY / 2) {
      return null;
    }
    Runnable action = whenRoom;
    whenRoom = null;
    return action;
  }

  private void awaitData(Object by, long absenceNanos) throws IOException {
    long began = System.nanoTime();
    while (!received.hasRemaining()) {
      await("read", Long.MAX_VALUE, began, absenceNanos);
      checkReader(by);
    }
  }

  private void checkReader(Object by) throws IOException {
    if (reader != by) {
      throw new IOException("the input stream of " + name + " is closed");
    }
  }

  synchronized void beginWrite() {
    settled = Math.min(settled, accepted);
    writeStart = accepted;
    writeProgress = System.nanoTime();
    confirmed = 0;
    sendFailure = null;
  }

  synchronized long confirmed() {
    return confirmed;
  }

  /** How much of all that was taken has an outcome. */
  synchronized long settled() {
    return settled;
  }

  /**
   * Waits until more bytes have an outcome. Where none are under way, as while a driver still
   * empties what an earlier connection left, waits a moment.
   *
   * @param known what {@link #settled} said before the driver took nothing
   * @return whether bytes got an outcome
   */
  synchronized boolean awaitMoreThan(long known) throws IOException {
    if (accepted <= settled && settled == known && sendFailure == null) {
      try {
        wait(IDLE_MILLIS);
      } catch (InterruptedException interrupted) {
        throw interrupted("write");
      }
      return false;
    }
    while (settled == known && accepted > settled && sendFailure == null) {
      awaitSending();
    }
    checkSent();
    return true;
  }

  /** Waits until all bytes are confirmed. */
  synchronized void awaitAll() throws IOException {
    while (unsettled() > 0 && sendFailure == null) {
      awaitSending();
    }
    checkSent();
  }

  private void checkSent() throws IOException {
    if (sendFailure != null) {
      throw sendFailure;
    }
  }

  private void awaitSending() throws IOException {
    long left = writeProgress + patienceNanos - System.nanoTime();
    if (!absent && left <= 0) {
      throw heldUp();
    }
    await("write", left, writeProgress, patienceNanos);
  }

  private OutcomeUnknownException heldUp() {
    return new OutcomeUnknownException(
        "%s: the device took no bytes for %.3g s".formatted(name, patienceNanos / 1e9),
        confirmed,
        accepted - writeStart - confirmed);
  }

  /**
   * Whether the driver is still to tell of bytes of the last write, of which nothing has failed.
   */
  synchronized boolean isUnderWay() {
    return !absent && unsettled() > 0 && sendFailure == null;
  }

  /**
   * Waits a moment until all bytes of a write that was given up have an outcome.
   *
   * @return what is known of it then
   */
  synchronized OutcomeUnknownException awaitTakenBack() throws IOException {
    long until = System.nanoTime() + TAKE_BACK_NANOS;
    long left = TAKE_BACK_NANOS;
    while (!absent && unsettled() > 0 && left > 0) {
      await("write", left, writeProgress, 0);
      left = until - System.nanoTime();
    }
    return heldUp();
  }

  /**
   * Waits for a change.
   *
   * @param presentNanos how long at most while the driver is there
   * @param began when the caller began to wait
   * @param absenceNanos how long at most while it is not, from then or from when it went
   */
  private void await(String operation, long presentNanos, long began, long absenceNanos)
      throws IOException {
    if (!open) {
      throw new IOException(name + " is closed");
    }
    try {
      if (!absent) {
        TimeUnit.NANOSECONDS.timedWait(this, presentNanos);
        return;
      }
      if (refusal != null) {
        throw new DeviceUnavailableException(name + " is not available: " + refusal);
      }
      long since = absentSince - began > 0 ? absentSince : began;
      long left = since + absenceNanos - System.nanoTime();
      if (left <= 0) {
        throw new DeviceUnavailableException(
            "%s of %s: the device was away for %.3g s"
                .formatted(operation, name, absenceNanos / 1e9));
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    } catch (InterruptedException interrupted) {
      throw interrupted(operation);
    }
  }

  private InterruptedIOException interrupted(String operation) {
    Thread.currentThread().interrupt();
    return new InterruptedIOException(operation + " of " + name + " interrupted");
  }
}
