package org.bulkhead.framework.internal.device;

import org.bulkhead.device.transport.BusDevice;
import org.bulkhead.device.usb.DeviceIdentity;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.descriptor.ConfigurationDescriptor;
import org.bulkhead.device.usb.descriptor.DescriptorParser;
import org.bulkhead.device.usb.descriptor.UsbDescriptors;
import org.bulkhead.framework.internal.usb.DeviceHold;

/**
 * A device from its arrival to its departure, as all of the framework knows it.
 *
 * @param transport the transport's name
 * @param bus the transport's view
 * @param identity who it is
 * @param descriptors its descriptors, parsed once
 * @param configuration the configuration that is set; the first where none is
 * @param hold the open handle and the claims
 */
public record ManagedDevice(
    String transport,
    BusDevice bus,
    DeviceIdentity identity,
    UsbDescriptors descriptors,
    ConfigurationDescriptor configuration,
    DeviceHold hold) {

  /**
   * Reads what the transport knows about a device.
   *
   * @throws UsbException where its descriptors are no use
   */
  public static ManagedDevice of(String transport, BusDevice bus) throws UsbException {
    UsbDescriptors descriptors = DescriptorParser.parse(bus.descriptors());
    DeviceIdentity identity =
        new DeviceIdentity(
            bus.location(),
            descriptors.device().vendorId(),
            descriptors.device().productId(),
            bus.serialNumber());
    ConfigurationDescriptor configuration =
        descriptors
            .configuration(bus.activeConfiguration())
            .or(() -> descriptors.configurations().stream().findFirst())
            .orElseThrow(
                () ->
                    new UsbException(
                        UsbException.Kind.INVALID,
                        "device " + identity + " has no configuration that can be read"));
    return new ManagedDevice(
        transport, bus, identity, descriptors, configuration, new DeviceHold(bus));
  }
}
