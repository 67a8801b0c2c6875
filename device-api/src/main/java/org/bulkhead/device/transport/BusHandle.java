package org.bulkhead.device.transport;

import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.descriptor.TransferType;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * An open device. Thread-safe. After {@link #close} or an unplug each method but {@code close}
 * throws UsbException of kind DISCONNECTED, whatever its arguments.
 *
 * <p>Numbers are not trusted: a number that names nothing on the device gives INVALID, never harm.
 */
@ConsumerType
public interface BusHandle extends AutoCloseable {

  /**
   * Claims an interface, detaching a kernel driver that holds it. Does I/O.
   *
   * @param interfaceNumber {@code bInterfaceNumber}, 0 to 255
   * @throws UsbException BUSY, INVALID, DISCONNECTED
   */
  void claim(int interfaceNumber) throws UsbException;

  /**
   * Releases an interface, with no transfer of it in flight, and gives it back to the kernel driver
   * that was detached. It goes back to alternate setting 0. Does I/O.
   *
   * @param interfaceNumber {@code bInterfaceNumber}, 0 to 255
   * @throws UsbException INVALID where it is not claimed, DISCONNECTED
   */
  void release(int interfaceNumber) throws UsbException;

  /**
   * Selects an alternate setting of a claimed interface, with no transfer of it in flight. Does
   * I/O.
   *
   * @param interfaceNumber {@code bInterfaceNumber}
   * @param alternateSetting {@code bAlternateSetting}
   * @throws UsbException INVALID, STALL, DISCONNECTED
   */
  void select(int interfaceNumber, int alternateSetting) throws UsbException;

  /**
   * Clears an endpoint's halt, with no transfer of it in flight. Does I/O.
   *
   * @param endpointAddress {@code bEndpointAddress}
   * @throws UsbException INVALID, STALL, DISCONNECTED
   */
  void clearHalt(int endpointAddress) throws UsbException;

  /**
   * Resets the device; claims and alternate settings stay. Does I/O, blocks some 100 ms.
   *
   * @throws UsbException DISCONNECTED where it comes back as another device, which then arrives
   *     anew
   */
  void reset() throws UsbException;

  /**
   * Makes a transfer, to be used many times.
   *
   * @param type the type of the endpoint
   * @param endpointAddress {@code bEndpointAddress}, 0 for control
   * @param capacityBytes the most that it can move; for control 8 bytes of setup included
   * @param packets for isochronous the number of packets, equal shares of the capacity; else 0
   * @param completion told of each end of flight
   * @return the transfer, idle
   * @throws UsbException INVALID, UNSUPPORTED, DISCONNECTED
   */
  BusTransfer allocate(
      TransferType type,
      int endpointAddress,
      int capacityBytes,
      int packets,
      BusCompletion completion)
      throws UsbException;

  /**
   * Refuses new calls, cancels and awaits every transfer, frees them, releases every interface,
   * gives kernel drivers back, and closes. Blocks until done, within seconds. Idempotent. Not
   * called from a completion.
   */
  @Override
  void close();
}
