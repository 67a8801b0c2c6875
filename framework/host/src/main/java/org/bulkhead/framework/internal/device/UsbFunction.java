package org.bulkhead.framework.internal.device;

import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.bulkhead.device.usb.descriptor.DeviceDescriptor;
import org.bulkhead.device.usb.descriptor.InterfaceDescriptor;
import org.osgi.service.device.Constants;
import org.osgi.service.device.Device;
import org.osgi.service.usbinfo.USBInfoDevice;

/**
 * One interface of a device as the standards see it: a Device service of the USB Information Device
 * Category (OSGi compendium chapter 145).
 *
 * @param device the device
 * @param matched the interface, at its first alternate setting
 */
public record UsbFunction(ManagedDevice device, InterfaceDescriptor matched)
    implements Device, USBInfoDevice {

  private static final int CDC = 0x02;
  private static final int CDC_DATA = 0x0a;

  @Override
  public void noDriverFound() {
    // Most interfaces of most devices have no driver here; device:list shows them.
  }

  /**
   * Whether another interface's driver drives it: the data interfaces of the communications class
   * move the bytes of a communications interface (CDC 1.2 section 3.4.2), and have no driver alone.
   */
  public boolean isPartOfAnother() {
    return matched.interfaceClass() == CDC_DATA
        && device.configuration().interfaces().anyMatch(i -> i.interfaceClass() == CDC);
  }

  /** The service properties, with the alternate setting that the interface has now. */
  public Map<String, Object> properties() {
    DeviceDescriptor descriptor = device.descriptors().device();
    Map<String, Object> properties = new HashMap<>();
    properties.put(Constants.DEVICE_CATEGORY, new String[] {USBInfoDevice.DEVICE_CATEGORY});
    properties.put("service.pid", device.identity().key() + ":" + matched.number());
    properties.put(USB_BCDUSB, hex4(descriptor.usbVersion()));
    properties.put(USB_BDEVICECLASS, hex2(descriptor.deviceClass()));
    properties.put(USB_BDEVICESUBCLASS, hex2(descriptor.deviceSubclass()));
    properties.put(USB_BDEVICEPROTOCOL, hex2(descriptor.deviceProtocol()));
    properties.put(USB_BMAXPACKETSIZE0, packetField(descriptor));
    properties.put(USB_IDVENDOR, hex4(descriptor.vendorId()));
    properties.put(USB_IDPRODUCT, hex4(descriptor.productId()));
    properties.put(USB_BCDDEVICE, hex4(descriptor.deviceVersion()));
    properties.put(USB_BNUMCONFIGURATIONS, descriptor.configurationCount());
    properties.put(USB_BINTERFACENUMBER, matched.number());
    properties.put(USB_BUS, device.bus().busNumber());
    properties.put(USB_ADDRESS, device.bus().address());
    text(properties, USB_MANUFACTURER, device.bus().manufacturer());
    text(properties, USB_PRODUCT, device.bus().product());
    text(properties, Constants.DEVICE_DESCRIPTION, device.description());
    text(properties, USB_SERIALNUMBER, device.bus().serialNumber());
    text(properties, Constants.DEVICE_SERIAL, device.bus().serialNumber());
    properties.putAll(settingProperties());
    return properties;
  }

  /** Those of the properties that change with the alternate setting. */
  Map<String, Object> settingProperties() {
    InterfaceDescriptor now = device.current(matched);
    Map<String, Object> properties = new HashMap<>();
    properties.put(USB_BALTERNATESETTING, now.alternateSetting());
    properties.put(USB_BNUMENDPOINTS, now.endpoints().size());
    properties.put(USB_BINTERFACECLASS, hex2(now.interfaceClass()));
    properties.put(USB_BINTERFACESUBCLASS, hex2(now.interfaceSubclass()));
    properties.put(USB_BINTERFACEPROTOCOL, hex2(now.interfaceProtocol()));
    if (now.nameIndex() != 0) {
      text(properties, USB_INTERFACE, device.bus().interfaceName(now.number()));
    }
    return properties;
  }

  /** The field itself, which for USB 3 is an exponent (USB 3.2 table 9-11). */
  private static int packetField(DeviceDescriptor descriptor) {
    int bytes = descriptor.controlPacketBytes();
    boolean exponent = descriptor.usbVersion() >= 0x0300 && Integer.bitCount(bytes) == 1;
    return exponent ? Integer.numberOfTrailingZeros(bytes) : bytes;
  }

  private static void text(Map<String, Object> properties, String key, String value) {
    if (!value.isEmpty()) {
      properties.put(key, value);
    }
  }

  private static String hex2(int value) {
    return HexFormat.of().toHexDigits((byte) value);
  }

  private static String hex4(int value) {
    return HexFormat.of().toHexDigits((short) value);
  }
}
