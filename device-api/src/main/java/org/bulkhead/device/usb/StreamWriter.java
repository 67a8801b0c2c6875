package org.bulkhead.device.usb;

import java.nio.ByteBuffer;
import java.time.Duration;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.descriptor.Direction;

/**
 * Writes to an OUT endpoint without a pause: while the device takes one transfer, the next ones are
 * in flight behind it. A device with any latency is written several times as fast as by one
 * transfer after the other.
 *
 * <pre>{@code
 * ByteBuffer piece = writer.next(timeout);
 * piece.put(bytes);
 * writer.send();
 * }</pre>
 *
 * <p>Made by {@link Endpoint#writer}; while it is open the endpoint has no other transfers. Writing
 * allocates nothing and copies nothing. Used by one thread at a time, as all of a driver.
 */
public final class StreamWriter implements AutoCloseable {

  private final Endpoint endpoint;
  private final StreamTransfers transfers;
  private int turn;
  private Transfer given;
  private Transfer failed;
  private long takenBytes;

  StreamWriter(Endpoint endpoint, int count, int bytes) throws UsbException {
    this.endpoint = endpoint;
    this.transfers = new StreamTransfers(endpoint, count, bytes, Direction.OUT);
  }

  /**
   * Memory for the next transfer. Blocks while all transfers are in flight, until the device has
   * taken one.
   *
   * <p>Where a transfer failed, this and {@link #flush} throw until {@link #restart}. What was in
   * flight behind it is cancelled.
   *
   * @param timeout how long to wait, zero to look only; when it passes nothing is lost
   * @return the memory, all of it to be filled from position 0, valid until {@link #send}; the same
   *     again where nothing was sent since; null where none became free in time
   * @throws UsbException STALL, FAULT; DISCONNECTED when the device is unplugged; CANCELLED when
   *     the thread is interrupted, which loses nothing
   */
  public ByteBuffer next(Duration timeout) throws UsbException {
    throwFailure();
    if (given == null) {
      if (endpoint.inFlight() == transfers.all.length && !reap(timeout)) {
        return null;
      }
      given = transfers.all[turn];
      given.data().clear();
    }
    return given.data();
  }

  /**
   * Sends what was put into the memory that {@link #next} gave, up to its position, as one
   * transfer; a zero-length packet where that is nothing. Does not block.
   *
   * @throws UsbException INVALID where no memory was given since the last call; DISCONNECTED
   */
  public void send() throws UsbException {
    if (given == null) {
      throw new UsbException(Kind.INVALID, "nothing to send: next() gives the memory for it");
    }
    given.data().flip();
    endpoint.submit(given, null);
    given = null;
    turn = (turn + 1) % transfers.all.length;
  }

  /**
   * Waits until the device has taken all that was sent.
   *
   * @param timeout how long to wait for each transfer; when it passes nothing is lost
   * @return whether it has
   * @throws UsbException as {@link #next}
   */
  public boolean flush(Duration timeout) throws UsbException {
    throwFailure();
    while (endpoint.inFlight() > 0) {
      if (!reap(timeout)) {
        return false;
      }
    }
    return true;
  }

  /** Takes the oldest transfer back; false where it does not come in time. */
  private boolean reap(Duration timeout) throws UsbException {
    Transfer back = endpoint.reap(timeout);
    if (back == null) {
      return false;
    }
    takenBytes += back.actualLengthBytes();
    if (back.status() != TransferStatus.COMPLETED) {
      failed = back;
      given = null;
      transfers.stop();
      throwFailure();
    }
    return true;
  }

  private void throwFailure() throws UsbException {
    if (failed != null) {
      failed.check();
      throw new IllegalStateException("a failed transfer has no failure");
    }
  }

  /**
   * How much of the stream the device is known to have taken, without a gap. After a failure this
   * is where the stream broke off; of what was in flight behind it a device may have taken some all
   * the same, unless it stalled.
   *
   * @return bytes since the writer was made
   */
  public long takenBytes() {
    return takenBytes;
  }

  /**
   * Goes on after a failure. After a STALL clear the endpoint's halt first; nothing is in flight
   * then.
   *
   * @throws UsbException DISCONNECTED
   */
  public void restart() throws UsbException {
    if (failed != null) {
      transfers.stop();
      failed = null;
      turn = 0;
    }
  }

  /**
   * Cancels what is in flight and gives the memory back; {@link #flush} first where that matters.
   * Does not block.
   */
  @Override
  public void close() {
    transfers.free();
  }
}
