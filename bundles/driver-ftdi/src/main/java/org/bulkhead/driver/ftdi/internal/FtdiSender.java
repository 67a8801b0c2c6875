package org.bulkhead.driver.ftdi.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.bulkhead.device.serial.SerialLine;
import org.bulkhead.device.usb.Endpoint;
import org.bulkhead.device.usb.Transfer;
import org.bulkhead.device.usb.TransferStatus;
import org.bulkhead.device.usb.UsbException;

/** Sends by a ring of transfers and tells the line what became of each byte, in order. */
final class FtdiSender {

  private static final int TRANSFERS = 4;
  private static final int MAX_BYTES = 1024;
  private static final int MIN_BYTES = 64;

  private final Endpoint out;
  private final Transfer[] ring = new Transfer[TRANSFERS];
  private final int[] lengths = new int[TRANSFERS];

  private SerialLine line;
  private int chunkBytes = MIN_BYTES;
  private int next;
  private int inFlight;
  private int stale;
  private boolean halted;

  /** Allocates the transfers. */
  FtdiSender(Endpoint out) throws UsbException {
    this.out = out;
    for (int i = 0; i < TRANSFERS; i++) {
      ring[i] = out.allocate(MAX_BYTES, this::completed);
    }
  }

  /** Reports to a line from here on; what is in flight for the one before is dropped. */
  void connect(SerialLine newLine) {
    stale = inFlight;
    if (inFlight > 0) {
      out.cancelAll();
    }
    line = newLine;
  }

  /** Makes transfers so short that one takes about a quarter of a second, to report in time. */
  void pace(int baud) {
    chunkBytes = Math.max(MIN_BYTES, Math.min(MAX_BYTES, baud / 40));
  }

  /** Takes what fits, without waiting. */
  int write(ByteBuffer source) throws UsbException {
    int taken = 0;
    while (source.hasRemaining() && inFlight < TRANSFERS && !halted) {
      int bytes = Math.min(chunkBytes, source.remaining());
      Transfer transfer = ring[next];
      transfer.data().clear().put(0, source, source.position(), bytes).limit(bytes);
      try {
        out.submit(transfer, null);
      } catch (UsbException e) {
        if (taken > 0) {
          // The next call meets the same failure, with nothing taken.
          return taken;
        }
        throw e;
      }
      source.position(source.position() + bytes);
      lengths[next] = bytes;
      next = (next + 1) % TRANSFERS;
      inFlight++;
      taken += bytes;
    }
    return taken;
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
    boolean ownCancel = halted || dropped;
    if (status == TransferStatus.STALL && !halted) {
      // What stands behind it must not be sent with a gap before it.
      halted = true;
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
    // Cancelled by somebody else means reset: the chip has lost its settings.
    boolean survivable =
        switch (status) {
          case COMPLETED, STALL, TIMEOUT -> true;
          case CANCELLED -> ownCancel;
          default -> false;
        };
    if (!survivable) {
      throw cause;
    }
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
          : new IOException("the chip took only a part of a write");
    } catch (UsbException e) {
      return e;
    }
  }
}
