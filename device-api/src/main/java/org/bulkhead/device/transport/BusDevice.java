package org.bulkhead.device.transport;

import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbSpeed;
import org.osgi.annotation.versioning.ConsumerType;

/** One device as a transport sees it, from one arrival to its departure. Thread-safe. */
@ConsumerType
public interface BusDevice {

  /**
   * Where the device is plugged in: the same after a replug into the same port, and unlike that of
   * every other device of every transport.
   *
   * @return bus and port path as sysfs writes them, {@code 1-2.4}; another transport takes a prefix
   *     of its own, {@code sim-3}
   */
  String location();

  /**
   * The bus that the device is on.
   *
   * @return the number, 0 or more
   */
  int busNumber();

  /**
   * The device's address on its bus; another one after each replug.
   *
   * @return 1 to 127
   */
  int address();

  /**
   * The signalling rate.
   *
   * @return the speed
   */
  UsbSpeed speed();

  /**
   * The descriptors as the device sent them: 18 bytes of device descriptor, then each configuration
   * with all that it holds. Cached, no I/O. Not checked: the framework parses them.
   *
   * @return a fresh array
   * @throws UsbException DISCONNECTED, FAULT
   */
  byte[] descriptors() throws UsbException;

  /**
   * The configuration that is set. It is the same from arrival to departure: a device that gets
   * another one, from whoever it may be, leaves and arrives again, with the same address.
   *
   * @return {@code bConfigurationValue}, 0 where none is set
   */
  int activeConfiguration();

  /**
   * The alternate setting that an interface has now, whoever selected it. No I/O to the device.
   *
   * @param interfaceNumber {@code bInterfaceNumber}
   * @return {@code bAlternateSetting}, 0 where there is no such interface or nothing is known of it
   */
  default int alternateSetting(int interfaceNumber) {
    return 0;
  }

  /**
   * The string of {@code iInterface} of an interface's current alternate setting. No I/O to the
   * device.
   *
   * @param interfaceNumber {@code bInterfaceNumber}
   * @return the text, empty where there is none or it could not be had
   */
  default String interfaceName(int interfaceNumber) {
    return "";
  }

  /**
   * The string of {@code iManufacturer}. Cached, no I/O.
   *
   * @return the text, empty where there is none or it could not be had
   */
  String manufacturer();

  /**
   * The string of {@code iProduct}. Cached, no I/O.
   *
   * @return the text, empty where there is none or it could not be had
   */
  String product();

  /**
   * The string of {@code iSerialNumber}. Cached, no I/O.
   *
   * @return the text, empty where there is none or it could not be had
   */
  String serialNumber();

  /**
   * Opens the device for transfers. Does I/O, may block for tens of milliseconds. The framework
   * opens a device once at a time.
   *
   * @return the handle
   * @throws UsbException DENIED with the rule to add, BUSY with who holds it, DISCONNECTED, FAULT
   */
  BusHandle open() throws UsbException;

  /**
   * Switches the hub's port that the device is plugged into off and on again, as if the device were
   * pulled out and plugged in: it leaves and arrives anew, open handles are gone. Whether its power
   * goes too is the hub's matter. Does I/O, blocks some 100 ms; the arrival comes later.
   *
   * @throws UsbException UNSUPPORTED where the hub, the system or the transport cannot, DENIED with
   *     what to permit, DISCONNECTED, FAULT
   */
  default void cyclePort() throws UsbException {
    throw new UsbException(
        UsbException.Kind.UNSUPPORTED, "the port of device " + location() + " cannot be switched");
  }
}
