package org.bulkhead.device.usb.descriptor;

import java.util.List;

/**
 * An endpoint (USB 2.0 table 9-13), with its SuperSpeed companion where it has one (USB 3.2 section
 * 9.6.7).
 *
 * <p>Immutable as the parser makes it; whoever builds one gives unmodifiable lists.
 *
 * @param address {@code bEndpointAddress}: bit 7 is the direction, bits 3 to 0 the number
 * @param attributes {@code bmAttributes}
 * @param maxPacketBytes the largest packet: {@code wMaxPacketSize} bits 10 to 0
 * @param additionalTransactions {@code wMaxPacketSize} bits 12 to 11: 0 to 2 more transactions in a
 *     microframe, high speed interrupt and isochronous endpoints only
 * @param interval {@code bInterval}, in frames or as an exponent of microframes, by speed and type
 * @param maxBurst {@code bMaxBurst} of the companion, 0 without one: packets in a burst less one
 * @param extras descriptors that follow it, in their order
 */
public record EndpointDescriptor(
    int address,
    int attributes,
    int maxPacketBytes,
    int additionalTransactions,
    int interval,
    int maxBurst,
    List<RawDescriptor> extras) {

  /** Kept, because values() copies its array and the type may be asked for with each transfer. */
  private static final TransferType[] TYPES = TransferType.values();

  /**
   * The endpoint's number, which an IN and an OUT endpoint may share.
   *
   * @return 1 to 15
   */
  public int number() {
    return address & 0x0f;
  }

  /**
   * Which way its data goes.
   *
   * @return bit 7 of the address
   */
  public Direction direction() {
    return (address & 0x80) != 0 ? Direction.IN : Direction.OUT;
  }

  /**
   * How its data goes.
   *
   * @return bits 1 to 0 of the attributes
   */
  public TransferType type() {
    return TYPES[attributes & 3];
  }

  /**
   * The most that it moves in one service interval.
   *
   * @return bytes
   */
  public int bytesPerInterval() {
    return maxPacketBytes * (additionalTransactions + 1) * (maxBurst + 1);
  }
}
