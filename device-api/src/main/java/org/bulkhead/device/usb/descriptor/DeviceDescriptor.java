package org.bulkhead.device.usb.descriptor;

/**
 * The device descriptor (USB 2.0 table 9-8).
 *
 * @param usbVersion {@code bcdUSB}, binary-coded decimal: 0x0210 is 2.1
 * @param deviceClass {@code bDeviceClass}; 0 where each interface says its own
 * @param deviceSubclass {@code bDeviceSubClass}
 * @param deviceProtocol {@code bDeviceProtocol}
 * @param controlPacketBytes the largest packet of endpoint 0, from {@code bMaxPacketSize0}: bytes
 *     (for USB 3 the field is an exponent, which is resolved here)
 * @param vendorId {@code idVendor}
 * @param productId {@code idProduct}
 * @param deviceVersion {@code bcdDevice}, binary-coded decimal
 * @param manufacturerIndex {@code iManufacturer}, 0 for none
 * @param productIndex {@code iProduct}, 0 for none
 * @param serialNumberIndex {@code iSerialNumber}, 0 for none
 * @param configurationCount {@code bNumConfigurations}, as the device claims
 */
public record DeviceDescriptor(
    int usbVersion,
    int deviceClass,
    int deviceSubclass,
    int deviceProtocol,
    int controlPacketBytes,
    int vendorId,
    int productId,
    int deviceVersion,
    int manufacturerIndex,
    int productIndex,
    int serialNumberIndex,
    int configurationCount) {}
