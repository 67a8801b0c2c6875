package org.bulkhead.transport.sim;

import java.time.Duration;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Faults that happen between a device and its host, whatever the model does. They belong to the
 * port, last over a replug, and are used up in the order in which they were added. May be called
 * from any thread; no method blocks.
 *
 * <p>A fault strikes when its transfer comes to the head of its endpoint. Only transfers that a
 * handle submits count, not those behind {@code clearHalt}, {@code select} and {@code reset}.
 */
@ProviderType
public interface SimFaults {

  /** For a fault that may strike any endpoint. */
  int ANY_ENDPOINT = -1;

  /** What happens to a transfer. */
  enum Fault {
    /** Ends with STALL; a bulk or interrupt endpoint is halted. The model sees nothing of it. */
    STALL,
    /** Never ends, nor does any behind it, until it is cancelled. The model sees nothing of it. */
    DROP,
    /** An IN transfer gets half of the first packet, and the rest of that packet is lost. */
    SHORT,
    /** The first byte of the data arrives inverted, on either side. */
    CORRUPT,
    /** Ends with OVERFLOW. The model sees nothing of it. */
    BABBLE,
    /** Ends with FAULT. The model sees nothing of it. */
    ERROR,
    /** The device is unplugged before any of the transfer moved. */
    UNPLUG
  }

  /**
   * Lets the next transfers suffer.
   *
   * @param fault what happens
   * @param count to how many transfers, 1 or more
   */
  default void next(Fault fault, int count) {
    add(fault, ANY_ENDPOINT, 0, count);
  }

  /**
   * Lets chosen transfers suffer.
   *
   * @param fault what happens
   * @param endpointAddress {@code bEndpointAddress}, 0 for control, or {@link #ANY_ENDPOINT}
   * @param skip how many such transfers go well first, 0 or more
   * @param count how many then suffer, 1 or more
   */
  void add(Fault fault, int endpointAddress, int skip, int count);

  /**
   * Makes each transfer take a while from its submission, as a real bus does; several in flight
   * wait together.
   *
   * @param latency zero for none
   */
  void latency(Duration latency);

  /**
   * Makes opening the device fail with DENIED, as without an access rule.
   *
   * @param denied true to refuse
   */
  void denyOpen(boolean denied);

  /**
   * Makes claiming an interface fail with BUSY, as when another program holds it.
   *
   * @param interfaceNumber {@code bInterfaceNumber}
   * @param held true while held
   */
  void holdInterface(int interfaceNumber, boolean held);

  /** Takes back everything that was added and not yet used up, latency included. */
  void clear();
}
