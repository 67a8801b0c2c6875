package org.bulkhead.device.usb;

import java.nio.ByteBuffer;
import java.time.Duration;
import org.bulkhead.device.usb.descriptor.Direction;

/**
 * Reads an IN endpoint without a pause: several transfers are always at the device, and their data
 * comes in order. The framework puts the next one in flight as one completes, so that the device
 * does not wait for the driver. A device with any latency is read several times as fast as by one
 * transfer after the other.
 *
 * <p>Made by {@link Endpoint#reader}; while it is open the endpoint has no other transfers. Reading
 * allocates nothing and copies nothing. Used by one thread at a time, as all of a driver.
 */
public final class StreamReader implements AutoCloseable {

  private static final int FEWEST_SPARES = 4;
  private static final int ENOUGH_SPARES = 16;
  private static final int MOST_SPARE_BYTES = 1 << 20;

  private final Endpoint endpoint;
  private final StreamTransfers transfers;
  private Transfer given;
  private Transfer failed;

  StreamReader(Endpoint endpoint, int count, int bytes) throws UsbException {
    this.endpoint = endpoint;
    this.transfers =
        new StreamTransfers(endpoint, count + spares(count, bytes), bytes, Direction.IN);
    boolean started = false;
    try {
      endpoint.window(count);
      start();
      started = true;
    } finally {
      if (!started) {
        close();
      }
    }
  }

  /**
   * How many wait for their turn or hold data, beside those at the device: as many again, and so
   * many that a driver which is behind comes back to the transport for a row of them and not for
   * each few. But little more memory than the processor's caches hold, as large transfers give the
   * driver time anyway.
   */
  private static int spares(int count, int bytes) {
    int fitting = MOST_SPARE_BYTES / Math.max(1, bytes);
    return Math.max(FEWEST_SPARES, Math.min(Math.max(count, ENOUGH_SPARES), fitting));
  }

  private void start() throws UsbException {
    for (Transfer transfer : transfers.all) {
      submit(transfer);
    }
  }

  private void submit(Transfer transfer) throws UsbException {
    transfer.data().clear();
    endpoint.submit(transfer, null);
  }

  /**
   * The data of the next transfer. Blocks until it is there.
   *
   * <p>A short packet ends a transfer (USB 2.0 section 5.8.3), so what comes may be less than a
   * transfer holds, and nothing for a zero-length packet: messages keep their borders.
   *
   * <p>Where a transfer fails, what it moved is given first, then the failure is thrown, by this
   * and each further call until {@link #restart}. What was in flight behind it is cancelled, and
   * lost.
   *
   * @param timeout how long to wait, zero to look only; when it passes nothing is lost
   * @return the data, from its position to its limit, valid until the next call; null where none
   *     came in time
   * @throws UsbException STALL, OVERFLOW, FAULT; DISCONNECTED when the device is unplugged;
   *     CANCELLED when the thread is interrupted, which loses nothing
   */
  public ByteBuffer next(Duration timeout) throws UsbException {
    if (given != null) {
      Transfer again = given;
      given = null;
      submit(again);
    }
    if (failed == null) {
      Transfer back = endpoint.reap(timeout);
      if (back == null) {
        return null;
      }
      if (back.status() == TransferStatus.COMPLETED) {
        given = back;
        return back.data();
      }
      failed = back;
      transfers.stop();
      if (back.data().hasRemaining()) {
        return back.data();
      }
    }
    failed.check();
    throw new IllegalStateException("a failed transfer has no failure");
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
      start();
    }
  }

  /** Cancels what is in flight and gives the memory back. Does not block. */
  @Override
  public void close() {
    transfers.free();
    try {
      endpoint.window(Integer.MAX_VALUE);
    } catch (UsbException e) {
      throw new IllegalStateException("transfers that were freed are still in flight", e);
    }
  }
}
