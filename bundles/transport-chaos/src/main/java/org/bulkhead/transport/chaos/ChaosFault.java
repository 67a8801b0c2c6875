package org.bulkhead.transport.chaos;

/** What happens to a transfer. */
public enum ChaosFault {
  /**
   * Ends with STALL; a bulk or interrupt endpoint is halted until its halt is cleared. The device
   * sees nothing of it.
   */
  STALL,
  /** Moves half of what it would have; the rest of an IN transfer is lost. */
  SHORT,
  /** Ends with OVERFLOW, as when the device sends too much. The device sees nothing of it. */
  BABBLE,
  /** Ends with FAULT, a bus error. The device sees nothing of it. */
  ERROR,
  /**
   * Never ends, nor does any behind it, until it is cancelled. The device sees nothing of it, but
   * of those behind it.
   */
  TIMEOUT,
  /** Is completed twice. */
  DUPLICATE,
  /** Moves in time, but is completed late, after the rule's delay or a cancel. */
  LATE,
  /** One byte of the data, never of a setup packet, arrives inverted. */
  CORRUPT,
  /** Is completed after the one behind it, where there is one within the rule's delay. */
  REORDER,
  /** Nothing of it moves, as the device is unplugged; it is back after the rule's delay. */
  UNPLUG
}
