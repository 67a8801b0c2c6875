package org.bulkhead.transport.libusb.internal;

import java.util.List;
import org.bulkhead.device.usb.UsbSpeed;
import org.bulkhead.device.usb.descriptor.ConfigurationDescriptor;
import org.bulkhead.device.usb.descriptor.DescriptorException;
import org.bulkhead.device.usb.descriptor.DescriptorParser;
import org.bulkhead.device.usb.descriptor.InterfaceDescriptor;

/**
 * A device as sysfs shows it.
 *
 * @param key tells it from another one at the same location
 * @param descriptors the exact bytes that the device sent
 */
record SysfsDevice(
    String location,
    Key key,
    int busNumber,
    UsbSpeed speed,
    byte[] descriptors,
    String manufacturer,
    String product,
    String serialNumber) {

  /**
   * What is cheap to read and changes when the device does.
   *
   * @param folder the identity of the sysfs folder, as device numbers begin at 1 again when a host
   *     controller's driver is loaded again
   * @param address {@code devnum}
   * @param configuration {@code bConfigurationValue}, 0 where none is set
   */
  record Key(Object folder, int address, int configuration) {

    boolean sameDevice(Key other) {
      return address == other.address && folder.equals(other.folder);
    }
  }

  int vendorId() {
    return word(8);
  }

  int productId() {
    return word(10);
  }

  /** The numbers of those interfaces whose alternate setting may change. */
  int[] interfacesWithAlternates() {
    try {
      return DescriptorParser.parse(descriptors)
          .configuration(key.configuration)
          .map(ConfigurationDescriptor::settings)
          .orElse(List.of())
          .stream()
          .filter(setting -> setting.alternateSetting() != 0)
          .mapToInt(InterfaceDescriptor::number)
          .distinct()
          .toArray();
    } catch (DescriptorException unreadable) {
      // The framework says so.
      return new int[0];
    }
  }

  private int word(int offset) {
    return descriptors.length < offset + 2
        ? 0
        : descriptors[offset] & 0xff | (descriptors[offset + 1] & 0xff) << 8;
  }

  /** For messages: port, ids and name. */
  @Override
  public String toString() {
    return String.format("%s (%04x:%04x %s)", location, vendorId(), productId(), product).trim();
  }
}
