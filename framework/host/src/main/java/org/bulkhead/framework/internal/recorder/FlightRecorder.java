package org.bulkhead.framework.internal.recorder;

import java.nio.ByteBuffer;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.descriptor.TransferType;

/**
 * The last transfers of a compartment, over all its incarnations, and the first ones of the present
 * incarnation, without which the last ones could not be played back.
 *
 * <p>At most {@value #MAX_BYTES} bytes, which come with the transfers that fill them, 4 KiB at a
 * time: a compartment without transfers has none. Once they are there nothing is allocated and
 * nothing is locked. Thread-safe.
 */
public final class FlightRecorder {

  /** How many of the last transfers are kept. */
  public static final int LAST = 256;

  /** How many of an incarnation's first transfers are kept. */
  public static final int FIRST = 64;

  /** The most memory that a compartment's transfers take. */
  public static final int MAX_BYTES = (LAST + FIRST) * (Ring.WORDS * Long.BYTES + Ring.DATA_BYTES);

  /** Stands in the place of a transfer's type where the device was reset. */
  static final int RESET = 0xff;

  private final Ring last = new Ring(LAST);
  private volatile Ring first = new Ring(FIRST);

  /** From here on what is recorded is another incarnation's. */
  public void begins() {
    // A flight of the last incarnation may still write into the old one.
    first = new Ring(FIRST);
  }

  /** Records the flights of one transfer. */
  public Flight flight(int incarnation, TransferType type, int endpoint, ByteBuffer memory) {
    return new Flight(this, incarnation, type, endpoint, memory);
  }

  /** A request that the transport makes of the device by itself. */
  @FunctionalInterface
  public interface Request {

    /** Makes the request; blocks. */
    void make() throws UsbException;
  }

  /**
   * Makes and records a request without data.
   *
   * @param incarnation whose
   * @param setup as {@link Flight#setup}
   */
  public void request(int incarnation, long setup, Request request) throws UsbException {
    recorded(incarnation, TransferType.CONTROL.ordinal(), setup, request);
  }

  /** Makes and records a reset of the device. */
  public void reset(int incarnation, Request reset) throws UsbException {
    recorded(incarnation, RESET, 0, reset);
  }

  private void recorded(int incarnation, int type, long setup, Request request)
      throws UsbException {
    Flight flight = new Flight(this, incarnation, type, 0, null);
    flight.submitted(0, setup, System.nanoTime());
    try {
      request.make();
      flight.completed(Flight.COMPLETED, 0, System.nanoTime());
    } catch (UsbException failed) {
      flight.completed(Flight.outcome(failed.kind()), 0, System.nanoTime());
      throw failed;
    }
  }

  /** What is recorded now, as it is while others go on writing. Does not wait for them. */
  public Recording recording() {
    Recording recording = new Recording(LAST + FIRST);
    first.copyTo(recording);
    last.copyTo(recording);
    return recording;
  }

  Ring last() {
    return last;
  }

  Ring first() {
    return first;
  }
}
