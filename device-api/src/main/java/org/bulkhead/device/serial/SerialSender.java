package org.bulkhead.device.serial;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.bulkhead.device.usb.Endpoint;
import org.bulkhead.device.usb.Transfer;
import org.bulkhead.device.usb.TransferStatus;
import org.bulkhead.device.usb.UsbException;

/**
 * The sending half of a serial driver whose bytes go to a bulk endpoint: sends by a ring of
 * transfers and tells the line what became of each byte, in order. For the driver's thread only; no
 * method blocks but for clearing a halt.
 */
public final class SerialSender {

  private static final int TRANSFERS = 4;
  private static final int MAX_BYTES = 1024;
  private static final int MIN_BYTES = 64;

  private final Endpoint out;
  private final Transfer[] ring = new Transfer[TRANSFERS];
  private final int[] lengths = new int[TRANSFERS];

  private final int terminatedBytes;

  private SerialLine line;
  private int chunkBytes = MIN_BYTES;
  private boolean terminatorDue;
  private int next;
  private int inFlight;

  /**
   * Of those in flight, the oldest that were taken back, and of these, those that nobody is told
   * of.
   */
  private int cancelled;

  private int stale;

  private boolean halted;

  /**
   * For a device that takes bytes as they come.
   *
   * @param out a bulk endpoint of direction OUT
   * @throws UsbException BUSY where the compartment's memory is spent
   */
  public SerialSender(Endpoint out) throws UsbException {
    this(out, 0);
  }

  /**
   * For a device that may wait for the end of a USB transfer: a write whose last packet is full is
   * followed by an empty one (USB 2.0 section 5.8.3).
   *
   * @param out a bulk endpoint of direction OUT
   * @param packetBytes the endpoint's largest packet; 0 to send no empty packets
   * @throws UsbException BUSY where the compartment's memory is spent
   */
  public SerialSender(Endpoint out, int packetBytes) throws UsbException {
    this.out = out;
    this.terminatedBytes = packetBytes;
    for (int i = 0; i < TRANSFERS; i++) {
      ring[i] = out.allocate(MAX_BYTES, this::completed);
    }
  }

  /**
   * Reports to a line from here on; what is in flight for the one before is dropped.
   *
   * @param newLine the line, or null
   */
  public void connect(SerialLine newLine) {
    cancel();
    stale = inFlight;
    line = newLine;
  }

  /** Takes back what the device has not taken, see {@link SerialPort#cancelWrites}. */
  public void cancel() {
    terminatorDue = false;
    cancelled = inFlight;
    if (inFlight > 0) {
      out.cancelAll();
    }
  }

  /**
   * Makes transfers so short that one takes about a quarter of a second, to report in time.
   *
   * @param baud bits per second on the line
   */
  public void pace(int baud) {
    int bytes = Math.max(MIN_BYTES, Math.min(MAX_BYTES, baud / 40));
    // Whole packets, so that a long write is not cut into short ones.
    chunkBytes =
        terminatedBytes > 0 && terminatedBytes <= bytes
            ? bytes / terminatedBytes * terminatedBytes
            : bytes;
  }

  /**
   * Takes what fits, without waiting.
   *
   * @param source the bytes; the position advances by those taken
   * @return bytes taken
   * @throws UsbException DISCONNECTED; then none was taken
   */
  public int write(ByteBuffer source) throws UsbException {
    if (source.hasRemaining()) {
      terminatorDue = false;
    }
    int taken = 0;
    while (source.hasRemaining() && inFlight < TRANSFERS && !halted) {
      int bytes = Math.min(chunkBytes, source.remaining());
      ring[next].data().clear().put(0, source, source.position(), bytes).limit(bytes);
      try {
        submit(bytes);
      } catch (UsbException e) {
        if (taken > 0) {
          // The next call meets the same failure, with nothing taken.
          return taken;
        }
        throw e;
      }
      source.position(source.position() + bytes);
      taken += bytes;
      terminatorDue = !source.hasRemaining() && terminatedBytes > 0 && bytes % terminatedBytes == 0;
    }
    return taken;
  }

  private void submit(int bytes) throws UsbException {
    out.submit(ring[next], null);
    lengths[next] = bytes;
    next = (next + 1) % TRANSFERS;
    inFlight++;
  }

  /** Once nothing is in flight: a write that follows at once needs no empty packet before it. */
  private void terminate() throws UsbException {
    if (terminatorDue && inFlight == 0 && !halted) {
      terminatorDue = false;
      ring[next].data().clear().limit(0);
      submit(0);
    }
  }

  private void completed(Transfer transfer) throws IOException {
    int submitted = lengths[Math.floorMod(next - inFlight, TRANSFERS)];
    inFlight--;
    // Kept, as the line may write again, into this very transfer, once it hears of it.
    TransferStatus status = transfer.status();
    boolean dropped = stale > 0;
    if (dropped) {
      stale--;
    }
    boolean ownCancel = halted || cancelled > 0;
    if (cancelled > 0) {
      cancelled--;
    }
    if (status == TransferStatus.STALL && !halted) {
      // What stands behind it must not be sent with a gap before it.
      halted = true;
      terminatorDue = false;
      out.cancelAll();
    }
    if (halted && inFlight == 0) {
      out.clearHalt();
      halted = false;
    }
    int sent = transfer.actualLengthBytes();
    IOException cause = cause(transfer, submitted);
    if (line != null && !dropped) {
      report(sent, submitted, cause);
    }
    // Cancelled by somebody else means reset: the device has lost its settings.
    boolean survivable =
        switch (status) {
          case COMPLETED, STALL, TIMEOUT -> true;
          case CANCELLED -> ownCancel;
          default -> false;
        };
    if (!survivable) {
      throw cause;
    }
    terminate();
  }

  private void report(int sent, int submitted, IOException cause) {
    if (sent > 0) {
      line.sent(sent);
    }
    if (sent < submitted) {
      line.sendFailed(submitted - sent, cause);
    }
  }

  private static IOException cause(Transfer transfer, int submitted) {
    try {
      transfer.check();
      return transfer.actualLengthBytes() == submitted
          ? null
          : new IOException("the device took only a part of a write");
    } catch (UsbException e) {
      return e;
    }
  }
}
