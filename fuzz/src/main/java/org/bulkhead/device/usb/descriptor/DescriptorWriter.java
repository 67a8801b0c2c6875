package org.bulkhead.device.usb.descriptor;

import java.io.ByteArrayOutputStream;
import java.util.List;

/** Writes descriptors as a device that keeps to the specification would send them. */
final class DescriptorWriter {

  private static final int USB_3 = 0x0300;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private DescriptorWriter() {}

  static byte[] bytes(UsbDescriptors descriptors) {
    DescriptorWriter writer = new DescriptorWriter();
    writer.device(descriptors.device());
    descriptors.configurations().forEach(writer::configuration);
    return writer.out.toByteArray();
  }

  private void device(DeviceDescriptor device) {
    int packet = device.controlPacketBytes();
    boolean exponent = device.usbVersion() >= USB_3 && Integer.bitCount(packet) == 1;
    u8(18, 1);
    u16(device.usbVersion());
    u8(device.deviceClass(), device.deviceSubclass(), device.deviceProtocol());
    u8(exponent ? Integer.numberOfTrailingZeros(packet) : packet);
    u16(device.vendorId());
    u16(device.productId());
    u16(device.deviceVersion());
    u8(device.manufacturerIndex(), device.productIndex(), device.serialNumberIndex());
    u8(device.configurationCount());
  }

  private void configuration(ConfigurationDescriptor configuration) {
    DescriptorWriter inner = new DescriptorWriter();
    inner.raw(configuration.extras());
    for (InterfaceAssociation a : configuration.associations()) {
      inner.u8(8, 0x0b, a.firstInterface(), a.interfaceCount());
      inner.u8(a.functionClass(), a.functionSubclass(), a.functionProtocol(), a.nameIndex());
    }
    configuration.settings().forEach(inner::setting);
    u8(9, 2);
    u16(9 + inner.out.size());
    u8((int) configuration.interfaces().count(), configuration.value(), configuration.nameIndex());
    u8(configuration.attributes(), configuration.maxPower());
    out.writeBytes(inner.out.toByteArray());
  }

  private void setting(InterfaceDescriptor setting) {
    u8(9, 4, setting.number(), setting.alternateSetting(), setting.endpoints().size());
    u8(setting.interfaceClass(), setting.interfaceSubclass(), setting.interfaceProtocol());
    u8(setting.nameIndex());
    raw(setting.extras());
    for (EndpointDescriptor endpoint : setting.endpoints()) {
      u8(7, 5, endpoint.address(), endpoint.attributes());
      u16(endpoint.maxPacketBytes() | endpoint.additionalTransactions() << 11);
      u8(endpoint.interval());
      raw(endpoint.extras());
    }
  }

  private void raw(List<RawDescriptor> extras) {
    for (RawDescriptor extra : extras) {
      byte[] bytes = new byte[extra.lengthBytes()];
      extra.bytes().get(bytes);
      out.writeBytes(bytes);
    }
  }

  private void u16(int value) {
    u8(value, value >> 8);
  }

  private void u8(int... values) {
    for (int value : values) {
      out.write(value);
    }
  }
}
