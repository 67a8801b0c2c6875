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

  private final String name;
  private final long patienceNanos;
  private final ByteBuffer received = ByteBuffer.allocate(CAPACITY).flip();
  private Runnable whenRoom;
  private boolean open;
  private boolean absent = true;
  private long absentSince = System.nanoTime();
  private long accepted;
  private long sent;
  private IOException sendFailure;

  LineBuffer(String name, long patienceNanos) {
    this.name = name;
    this.patienceNanos = patienceNanos;
  }

  // ---- the driver's side, inside the gate ----------------------------------------------------

  @Override
  public synchronized boolean received(ByteBuffer data) {
    received.compact();
    int room = Math.min(received.remaining(), data.remaining());
    received.put(data.slice().limit(room));
    data.position(data.position() + room);
    received.flip();
    notifyAll();
    return !data.hasRemaining();
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
    sent += bytes;
    notifyAll();
  }

  @Override
  public synchronized void sendFailed(int bytes, IOException cause) {
    accepted -= bytes;
    sendFailure = cause;
    notifyAll();
  }

  @Override
  public void condition(Condition condition) {
    // The standard's streams have no place for it.
  }

  synchronized void present() {
    absent = false;
  }

  /** The incarnation is over: what it had not confirmed stays unknown. */
  synchronized void ended() {
    whenRoom = null;
    if (!absent) {
      absent = true;
      absentSince = System.nanoTime();
    }
    if (accepted > sent) {
      sendFailure =
          new OutcomeUnknownException(
              name + ": the driver died with " + (accepted - sent) + " bytes under way",
              sent,
              accepted - sent);
    }
    notifyAll();
  }

  // ---- the application's side ----------------------------------------------------------------

  synchronized void open() {
    open = true;
    received.clear().flip();
  }

  synchronized void close() {
    open = false;
    whenRoom = null;
    notifyAll();
  }

  synchronized int available() {
    return received.remaining();
  }

  /**
   * Waits for data; returns an action that the driver asked for now that there is room, or null.
   */
  synchronized Runnable read(ByteBuffer into) throws IOException {
    while (!received.hasRemaining()) {
      await("read");
    }
    int count = Math.min(into.remaining(), received.remaining());
    into.put(received.slice().limit(count));
    received.position(received.position() + count);
    if (received.remaining() > CAPACITY / 2) {
      return null;
    }
    Runnable action = whenRoom;
    whenRoom = null;
    return action;
  }

  synchronized void beginWrite() {
    accepted = 0;
    sent = 0;
    sendFailure = null;
  }

  synchronized long confirmed() {
    return sent;
  }

  synchronized long unconfirmed() {
    return accepted - sent;
  }

  /** Waits until more bytes are confirmed, or none are under way. */
  synchronized void awaitMoreThan(long confirmed) throws IOException {
    while (sent <= confirmed && accepted > sent && sendFailure == null) {
      await("write");
    }
    checkSent();
  }

  /** Waits until all bytes are confirmed. */
  synchronized void awaitAll() throws IOException {
    while (accepted > sent && sendFailure == null) {
      await("write");
    }
    checkSent();
  }

  private void checkSent() throws IOException {
    if (sendFailure != null) {
      throw sendFailure;
    }
  }

  private void await(String operation) throws IOException {
    if (!open) {
      throw new IOException(name + " is closed");
    }
    try {
      if (!absent) {
        wait();
        return;
      }
      long left = absentSince + patienceNanos - System.nanoTime();
      if (left <= 0) {
        throw new DeviceUnavailableException(
            "%s of %s: the device was away for %d s"
                .formatted(operation, name, TimeUnit.NANOSECONDS.toSeconds(patienceNanos)));
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(operation + " of " + name + " interrupted");
    }
  }
}
