package org.bulkhead.framework.internal.recorder;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bulkhead.device.usb.TransferStatus;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.descriptor.TransferType;

/**
 * Records the flights of one transfer, one after another: the start on the driver's thread, the end
 * on the transport's event thread. Allocates nothing, locks nothing.
 */
public final class Flight {

  static final int COMPLETED = 0;

  /** Added to the outcome of a submit that the transport refused. */
  static final int REFUSED = 64;

  /** Added to the incarnation of its first transfer. */
  static final long BEGINS = 1L << 32;

  private static final int SETUP_BYTES = 8;
  private static final int IN = 0x80;

  private final FlightRecorder recorder;
  private final int incarnation;
  private final int type;
  private final int endpoint;
  private final boolean control;
  private final ByteBuffer memory;
  private long setup;
  private long submitted;
  private int length;
  private long number;
  private long ticket;
  private Ring first;
  private long firstTicket;

  Flight(
      FlightRecorder recorder,
      int incarnation,
      TransferType type,
      int endpoint,
      ByteBuffer memory) {
    this(recorder, incarnation, type.ordinal(), endpoint, memory);
  }

  Flight(FlightRecorder recorder, int incarnation, int type, int endpoint, ByteBuffer memory) {
    this.recorder = recorder;
    this.incarnation = incarnation;
    this.type = type;
    this.endpoint = endpoint;
    this.control = type == TransferType.CONTROL.ordinal();
    // A view of its own: limits of the driver's view do not matter here.
    this.memory = memory == null ? null : memory.duplicate().clear().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The eight bytes of a setup packet as one number, little-endian. */
  public static long setup(int requestType, int request, int value, int index) {
    return (long) index << 32 | (long) value << 16 | request << 8 | requestType;
  }

  /**
   * A flight begins; called before the transport hears of it.
   *
   * @param nowNanos System.nanoTime
   */
  public void submitted(int lengthBytes, long nowNanos) {
    submitted(lengthBytes, control ? memory.getLong(0) : 0, nowNanos);
  }

  void submitted(int lengthBytes, long setupBytes, long nowNanos) {
    setup = setupBytes;
    length = memory != null && control ? Math.max(0, lengthBytes - SETUP_BYTES) : lengthBytes;
    submitted = nowNanos;
    first = recorder.first();
    firstTicket = first.claimUnused();
    Ring last = recorder.last();
    ticket = last.claim();
    number = ticket;
    begin(last, ticket);
    if (firstTicket >= 0) {
      begin(first, firstTicket);
    }
  }

  /** The transport refused to start the flight. */
  public void refused(Kind kind) {
    completed(REFUSED + outcome(kind), 0, System.nanoTime());
  }

  /**
   * The flight has ended; called while its memory holds what it moved.
   *
   * @param nowNanos System.nanoTime
   */
  public void completed(TransferStatus status, int actualBytes, long nowNanos) {
    int outcome = status == TransferStatus.COMPLETED ? COMPLETED : outcome(status.kind());
    completed(outcome, actualBytes, nowNanos);
  }

  static int outcome(Kind kind) {
    return 1 + kind.ordinal();
  }

  void completed(int outcome, int actualBytes, long now) {
    boolean kept = firstTicket >= 0 && first.reclaim(firstTicket);
    if (kept) {
      end(first, firstTicket, now, outcome, actualBytes);
    }
    Ring last = recorder.last();
    boolean own = last.reclaim(ticket);
    if (!own && !kept) {
      // So many others began meanwhile that its place is taken.
      ticket = last.claim();
      number = ticket;
      begin(last, ticket);
      own = last.reclaim(ticket);
    }
    if (own) {
      end(last, ticket, now, outcome, actualBytes);
    }
  }

  private void begin(Ring ring, long at) {
    Ring.Piece piece = ring.piece(at);
    long[] words = piece.words;
    int word = ring.at(at);
    words[word + Ring.SUBMITTED] = submitted;
    words[word + Ring.SETUP] = setup;
    words[word + Ring.WHAT] = (long) type << 40 | (long) endpoint << 32 | length;
    words[word + Ring.INCARNATION] = firstTicket == 0 ? incarnation | BEGINS : incarnation;
    words[word + Ring.NUMBER] = number;
    words[word + Ring.OUTCOME] = reads() ? 0 : (long) copy(piece, ring.dataAt(at), length) << 48;
    ring.release(at, false);
  }

  private void end(Ring ring, long at, long now, int outcome, int actualBytes) {
    Ring.Piece piece = ring.piece(at);
    int word = ring.at(at);
    long kept =
        reads()
            ? (long) copy(piece, ring.dataAt(at), actualBytes) << 48
            : piece.words[word + Ring.OUTCOME];
    piece.words[word + Ring.ENDED] = now;
    piece.words[word + Ring.OUTCOME] = kept | (long) outcome << 32 | actualBytes;
    ring.release(at, true);
  }

  private boolean reads() {
    return ((control ? (int) setup : endpoint) & IN) != 0;
  }

  private int copy(Ring.Piece piece, int to, int bytes) {
    if (memory == null) {
      return 0;
    }
    int from = control ? SETUP_BYTES : 0;
    int count = Math.max(0, Math.min(Math.min(bytes, Ring.DATA_BYTES), memory.capacity() - from));
    memory.get(from, piece.data, to, count);
    return count;
  }
}
