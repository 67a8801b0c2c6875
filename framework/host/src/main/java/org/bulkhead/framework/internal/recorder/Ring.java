package org.bulkhead.framework.internal.recorder;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Slots of transfers, claimed one after another, on any thread and without a lock. Whoever writes a
 * slot owns it for that time; whoever finds it owned by another takes the next, and a reader leaves
 * it out. Memory comes in pieces, each at the first use of its slots, and is kept.
 */
final class Ring {

  /** What a slot keeps of a transfer's data. */
  static final int DATA_BYTES = 64;

  static final int WORDS = 8;
  static final int SUBMITTED = 1;
  static final int ENDED = 2;
  static final int SETUP = 3;
  static final int WHAT = 4;
  static final int OUTCOME = 5;
  static final int INCARNATION = 6;
  static final int NUMBER = 7;

  private static final int PIECE_SLOTS = 32;
  private static final int WRITING = 1;
  private static final int OPEN = 2;
  private static final int CLOSED = 3;
  private static final int STATES = 3;
  private static final int TRIES = 4;
  private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

  static final class Piece {
    final long[] words = new long[PIECE_SLOTS * WORDS];
    final byte[] data = new byte[PIECE_SLOTS * DATA_BYTES];
  }

  private final int slots;
  private final AtomicReferenceArray<Piece> pieces;
  private final AtomicLong next = new AtomicLong();

  /**
   * An empty ring, which has no memory yet.
   *
   * @param slots a power of two, 32 or more
   */
  Ring(int slots) {
    this.slots = slots;
    this.pieces = new AtomicReferenceArray<>(slots / PIECE_SLOTS);
  }

  /** Claims the next slot for writing while there is one that was never used, or gives -1. */
  long claimUnused() {
    long ticket = next.get() < slots ? next.getAndIncrement() : slots;
    if (ticket >= slots) {
      return -1;
    }
    WORD.setRelease(made(ticket).words, at(ticket), state(ticket, WRITING));
    return ticket;
  }

  /** Claims the next slot for writing. */
  long claim() {
    while (true) {
      long ticket = next.getAndIncrement();
      long[] words = made(ticket).words;
      int at = at(ticket);
      long before = (long) WORD.getAcquire(words, at);
      if ((before & STATES) != WRITING
          && WORD.compareAndSet(words, at, before, state(ticket, WRITING))) {
        return ticket;
      }
    }
  }

  /** Takes a slot again whose transfer has ended; false where a later transfer has it. */
  boolean reclaim(long ticket) {
    return WORD.compareAndSet(
        piece(ticket).words, at(ticket), state(ticket, OPEN), state(ticket, WRITING));
  }

  /** Ends the writing: what was written may be read. */
  void release(long ticket, boolean ended) {
    WORD.setRelease(piece(ticket).words, at(ticket), state(ticket, ended ? CLOSED : OPEN));
  }

  Piece piece(long ticket) {
    return pieces.getAcquire(pieceOf(ticket));
  }

  private Piece made(long ticket) {
    Piece piece = piece(ticket);
    if (piece == null) {
      pieces.compareAndSet(pieceOf(ticket), null, new Piece());
      piece = piece(ticket);
    }
    return piece;
  }

  private int pieceOf(long ticket) {
    return (int) (ticket & slots - 1) / PIECE_SLOTS;
  }

  /** The first word of a slot, within its piece. */
  int at(long ticket) {
    return (int) (ticket & PIECE_SLOTS - 1) * WORDS;
  }

  /** The first byte of a slot's data, within its piece. */
  int dataAt(long ticket) {
    return (int) (ticket & PIECE_SLOTS - 1) * DATA_BYTES;
  }

  private static long state(long ticket, int state) {
    return ticket + 1 << 2 | state;
  }

  /** Copies what can be read, in no order. */
  void copyTo(Recording recording) {
    for (long slot = 0; slot < slots; slot++) {
      Piece piece = piece(slot);
      for (int i = 0; piece != null && i < TRIES; i++) {
        if (copied(piece, slot, recording)) {
          break;
        }
      }
    }
  }

  private boolean copied(Piece piece, long slot, Recording recording) {
    int at = at(slot);
    long state = (long) WORD.getAcquire(piece.words, at);
    if (state == 0) {
      return true;
    }
    if ((state & STATES) == WRITING) {
      return false;
    }
    recording.copy(piece.words, at, piece.data, dataAt(slot), (state & STATES) == CLOSED);
    VarHandle.acquireFence();
    if ((long) WORD.getOpaque(piece.words, at) == state) {
      recording.keep();
      return true;
    }
    return false;
  }
}
