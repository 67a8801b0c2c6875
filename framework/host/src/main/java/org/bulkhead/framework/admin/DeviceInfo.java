package org.bulkhead.framework.admin;

import java.util.List;
import org.bulkhead.device.usb.DeviceIdentity;
import org.bulkhead.device.usb.UsbSpeed;
import org.bulkhead.device.usb.descriptor.UsbDescriptors;

/**
 * A device that is plugged in.
 *
 * @param identity who it is; its location is the handle that people type
 * @param transport the transport's name
 * @param busNumber the bus
 * @param address the address on the bus, 1 to 127
 * @param speed the signalling rate
 * @param manufacturer the manufacturer's name, or empty
 * @param product the product's name, or empty
 * @param descriptors its descriptors
 * @param activeConfiguration {@code bConfigurationValue} of the set configuration, 0 for none
 * @param compartments the drivers attached to its interfaces
 * @param problem why it cannot be used, with the remedy; empty when all is well
 * @param vendorName the vendor by the public USB ID list; empty where it is not installed, or does
 *     not know it
 * @param productName the product by that list, or empty
 */
public record DeviceInfo(
    DeviceIdentity identity,
    String transport,
    int busNumber,
    int address,
    UsbSpeed speed,
    String manufacturer,
    String product,
    UsbDescriptors descriptors,
    int activeConfiguration,
    List<CompartmentInfo> compartments,
    String problem,
    String vendorName,
    String productName) {}
