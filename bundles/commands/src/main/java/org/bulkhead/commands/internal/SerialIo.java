package org.bulkhead.commands.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import org.bulkhead.console.CommandFailure;
import org.bulkhead.device.contract.OutcomeUnknownException;
import org.osgi.service.serial.SerialDevice;

/** Moves bytes to and from a serial port. */
final class SerialIo {

  private static final int PIECE_BYTES = 4096;

  private SerialIo() {}

  /** Sends all of the source; returns how many bytes that were. */
  static long send(SerialDevice port, String id, InputStream source)
      throws IOException, InterruptedException {
    long sent = 0;
    byte[] piece = new byte[PIECE_BYTES];
    try (OutputStream out = port.getOutputStream()) {
      for (int n = source.read(piece); n > 0; n = source.read(piece)) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        send(out, piece, n, id, sent);
        sent += n;
      }
      out.flush();
    }
    return sent;
  }

  private static void send(OutputStream out, byte[] piece, int length, String id, long before)
      throws IOException, InterruptedException {
    try {
      out.write(piece, 0, length);
    } catch (OutcomeUnknownException e) {
      throw new CommandFailure(
          id
              + ": "
              + (before + e.bytesConfirmed())
              + " bytes were sent, "
              + e.bytesUnknown()
              + " more perhaps, and none after these: "
              + Failures.reason(e));
    } catch (InterruptedIOException e) {
      // With the flag still set the stream could not be closed.
      Thread.interrupted();
      throw new InterruptedException();
    }
  }

  /**
   * Receives until there are enough bytes, or none have come for a time; returns how many.
   *
   * @param patience zero for no end
   */
  static long receive(SerialReader reader, long most, Duration patience, OutputStream target)
      throws IOException, InterruptedException {
    long got = 0;
    while (got < most) {
      byte[] piece = reader.next(patience.isZero() ? Duration.ofHours(1) : patience);
      if (piece != null) {
        int taken = (int) Math.min(piece.length, most - got);
        target.write(piece, 0, taken);
        target.flush();
        got += taken;
      } else if (!patience.isZero()) {
        return got;
      }
    }
    return got;
  }
}
