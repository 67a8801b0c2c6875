package org.bulkhead.transport.sim;

/** What a simulated device answers to one packet or one control request (USB 2.0 section 8.4.5). */
public enum Handshake {
  /** Took the packet, or sent one: what was put into the buffer, which may be nothing at all. */
  ACK,
  /** Nothing yet: asked again after {@link SimHost#ready}, or when another endpoint moved data. */
  NAK,
  /**
   * Refused. A bulk or interrupt endpoint is halted until the host clears it; of control transfers
   * only this one fails.
   */
  STALL,
  /** Sent more than the packet may hold; the host ends the transfer as an overflow. */
  BABBLE,
  /** Sent something with a wrong CRC, over and over; the host ends the transfer as a fault. */
  ERROR,
  /**
   * For control requests: not one of the model's own. Standard requests are then answered from the
   * descriptors, all others stalled.
   */
  UNHANDLED
}
