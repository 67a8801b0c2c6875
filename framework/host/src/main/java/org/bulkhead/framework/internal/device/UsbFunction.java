package org.bulkhead.framework.internal.device;

import java.util.HashMap;
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

  /** The service properties. */
  public Map<String, Object> properties() {
    DeviceDescriptor descriptor = device.descriptors().device();
    Map<String, Object> properties = new HashMap<>();
    properties.put(Constants.DEVICE_CATEGORY, new String[] {USBInfoDevice.DEVICE_CATEGORY});
    properties.put("service.pid", device.identity().key() + ":" + matched.number());
    properties.put(USB_BCDUSB, hex4(descriptor.usbVersion()));
    properties.put(USB_BDEVICECLASS, hex2(descriptor.deviceClass()));
    properties.put(USB_BDEVICESUBCLASS, hex2(descriptor.deviceSubclass()));
    properties.put(USB_BDEVICEPROTOCOL, hex2(descriptor.deviceProtocol()));
    properties.put(USB_BMAXPACKETSIZE0, descriptor.controlPacketBytes());
    properties.put(USB_IDVENDOR, hex4(descriptor.vendorId()));
    properties.put(USB_IDPRODUCT, hex4(descriptor.productId()));
    properties.put(USB_BCDDEVICE, hex4(descriptor.deviceVersion()));
    properties.put(USB_BNUMCONFIGURATIONS, descriptor.configurationCount());
    properties.put(USB_BINTERFACENUMBER, matched.number());
    properties.put(USB_BALTERNATESETTING, matched.alternateSetting());
    properties.put(USB_BNUMENDPOINTS, matched.endpoints().size());
    properties.put(USB_BINTERFACECLASS, hex2(matched.interfaceClass()));
    properties.put(USB_BINTERFACESUBCLASS, hex2(matched.interfaceSubclass()));
    properties.put(USB_BINTERFACEPROTOCOL, hex2(matched.interfaceProtocol()));
    properties.put(USB_BUS, device.bus().busNumber());
    properties.put(USB_ADDRESS, device.bus().address());
    text(properties, USB_MANUFACTURER, device.bus().manufacturer());
    text(properties, USB_PRODUCT, device.bus().product());
    text(properties, Constants.DEVICE_DESCRIPTION, device.bus().product());
    text(properties, USB_SERIALNUMBER, device.bus().serialNumber());
    text(properties, Constants.DEVICE_SERIAL, device.bus().serialNumber());
    return properties;
  }

  private static void text(Map<String, Object> properties, String key, String value) {
    if (!value.isEmpty()) {
      properties.put(key, value);
    }
  }

  private static String hex2(int value) {
    return String.format("%02x", value);
  }

  private static String hex4(int value) {
    return String.format("%04x", value);
  }
}
