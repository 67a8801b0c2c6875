package org.bulkhead.device.usb;

import java.nio.ByteBuffer;
import java.time.Duration;
import org.bulkhead.device.usb.descriptor.ConfigurationDescriptor;
import org.bulkhead.device.usb.descriptor.UsbDescriptors;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A device as lent to one incarnation of one driver.
 *
 * <p>Everything reached from here belongs to the driver's compartment and ends with it: afterwards
 * each call throws an error that ends the driver's call too. A driver calls from the thread that
 * the framework called it on; no method may be called from two threads at once.
 */
@ProviderType
public interface UsbDevice {

  /**
   * Who the device is. Cached, no I/O.
   *
   * @return the identity
   */
  DeviceIdentity identity();

  /**
   * The device's descriptors, parsed once when it arrived. Cached, no I/O.
   *
   * @return the descriptors
   */
  UsbDescriptors descriptors();

  /**
   * The configuration that is set. Cached, no I/O.
   *
   * @return the active configuration
   */
  ConfigurationDescriptor configuration();

  /**
   * The signalling rate. Cached, no I/O.
   *
   * @return the speed
   */
  UsbSpeed speed();

  /**
   * The string of {@code iManufacturer}. Cached, no I/O.
   *
   * @return the name, empty where the device has none
   */
  String manufacturer();

  /**
   * The string of {@code iProduct}. Cached, no I/O.
   *
   * @return the name, empty where the device has none
   */
  String product();

  /**
   * A control transfer on endpoint 0 (USB 2.0 section 8.5.3). Blocks until the status stage is
   * done.
   *
   * <p>Data goes between the buffer's position and its limit, at most 65,535 bytes (4,096 where the
   * kernel limits it); the position advances by what moved, also when the call fails.
   *
   * <p>The standard requests SET_ADDRESS, SET_CONFIGURATION and SET_INTERFACE (USB 2.0 section 9.4)
   * are INVALID: the host has to know. An alternate setting is selected by {@link
   * UsbInterface#select}; another configuration takes the device from all its drivers, and is the
   * administrator's to set.
   *
   * @param request the setup packet; its direction decides whether data is read or written
   * @param data the data stage, of any kind of buffer; empty for none
   * @param timeout how long to wait, more than zero
   * @return the bytes of the data stage that moved
   * @throws UsbException STALL where the device refuses the request, INVALID where it is one of the
   *     host's, TIMEOUT, DISCONNECTED when the device is unplugged before or during the call, FAULT
   */
  int control(ControlRequest request, ByteBuffer data, Duration timeout) throws UsbException;

  /**
   * Claims an interface of the active configuration. A kernel driver that holds it is detached, and
   * given back when the compartment closes. Does I/O; claiming again returns the same object.
   *
   * @param interfaceNumber {@code bInterfaceNumber}
   * @return the interface, at the alternate setting that it last had, 0 at first
   * @throws UsbException INVALID where there is no such interface, BUSY where another driver or
   *     program holds it, DISCONNECTED
   */
  UsbInterface claim(int interfaceNumber) throws UsbException;

  /**
   * Resets the port and sets the configuration and the alternate settings again (USB 2.0 section
   * 7.1.7.5). Every transfer of the device is cancelled first, those of other drivers too. Blocks,
   * commonly for some 100 ms.
   *
   * @throws UsbException DISCONNECTED where the device does not come back as it was
   */
  void reset() throws UsbException;
}
