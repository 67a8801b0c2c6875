package org.bulkhead.device.usb;

import org.bulkhead.device.usb.descriptor.Direction;
import org.bulkhead.device.usb.descriptor.InterfaceDescriptor;
import org.bulkhead.device.usb.descriptor.TransferType;
import org.osgi.annotation.versioning.ProviderType;

/** A claimed interface. Its claim ends with the compartment; there is nothing to close. */
@ProviderType
public interface UsbInterface {

  /**
   * The interface at its current alternate setting. Cached, no I/O.
   *
   * @return the descriptor
   */
  InterfaceDescriptor descriptor();

  /**
   * Selects an alternate setting (USB 2.0 section 9.4.10). Transfers on the interface's endpoints
   * are cancelled first, and endpoints got before are no longer valid. Does I/O.
   *
   * @param alternateSetting {@code bAlternateSetting}
   * @throws UsbException INVALID where there is no such setting, STALL where the device refuses,
   *     DISCONNECTED
   */
  void select(int alternateSetting) throws UsbException;

  /**
   * An endpoint of the current alternate setting. No I/O; the same object each time.
   *
   * @param address {@code bEndpointAddress}, such as 0x81: not the number
   * @return the endpoint
   * @throws UsbException INVALID where the setting has no such endpoint
   */
  Endpoint endpoint(int address) throws UsbException;

  /**
   * The first endpoint of a kind, in the order of the descriptors. No I/O.
   *
   * @param type the transfer type
   * @param direction the direction
   * @return the endpoint
   * @throws UsbException INVALID where the setting has none
   */
  Endpoint endpoint(TransferType type, Direction direction) throws UsbException;
}
