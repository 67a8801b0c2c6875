package org.bulkhead.transport.sim;

import java.nio.ByteBuffer;
import org.bulkhead.device.usb.ControlRequest;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A model of a USB device, as the device behaves on the wire: packet by packet.
 *
 * <p>Every method but {@link #description} is called with the model's own monitor held, mostly on
 * the bus's event thread. So a model needs no locks inside, and {@code synchronized} on those
 * methods that a test calls from outside. No method blocks. What a method throws is logged and ends
 * the transfer with FAULT. Buffers are not to be kept after the call.
 */
@ConsumerType
public interface SimDevice {

  /**
   * What the device says of itself. Called when it is plugged in.
   *
   * @return descriptors, strings and speed
   */
  SimDescription description();

  /**
   * A control request (USB 2.0 section 9.3), a standard one included. The default answers none.
   *
   * @param request the setup packet
   * @param data the data stage, {@code wLength} bytes from position to limit, little-endian. For a
   *     request that reads: put what is to be sent; no more than fits
   * @return ACK, STALL, NAK to be asked again, or UNHANDLED
   */
  default Handshake control(ControlRequest request, ByteBuffer data) {
    return Handshake.UNHANDLED;
  }

  /**
   * The host asks for a packet on a bulk, interrupt or isochronous endpoint. The default has none.
   *
   * @param endpointAddress {@code bEndpointAddress}, such as 0x81
   * @param packet where to put up to its remaining space, the endpoint's maximum packet size, by
   *     relative puts, little-endian; fewer bytes make a short packet, which ends the host's
   *     transfer, and none a zero-length packet
   * @return ACK, NAK, STALL, BABBLE or ERROR
   */
  default Handshake in(int endpointAddress, ByteBuffer packet) {
    return Handshake.NAK;
  }

  /**
   * The host sends a packet on a bulk, interrupt or isochronous endpoint. The default drops it.
   *
   * @param endpointAddress {@code bEndpointAddress}, such as 0x02
   * @param packet what was sent, from position to limit, little-endian; empty for a zero-length
   *     packet
   * @return ACK, which takes all of it, NAK, STALL or ERROR
   */
  default Handshake out(int endpointAddress, ByteBuffer packet) {
    return Handshake.ACK;
  }

  /**
   * Power is on: the device was plugged into a bus that is being watched. State that a device
   * forgets without power is to be forgotten here.
   *
   * @param host the bus
   */
  default void attached(SimHost host) {}

  /** Power is off: unplugged, or the bus is not watched any more. */
  default void detached() {}

  /**
   * The bus was reset (USB 2.0 section 7.1.7.5). Halts and alternate settings are reset already.
   */
  default void reset() {}
}
