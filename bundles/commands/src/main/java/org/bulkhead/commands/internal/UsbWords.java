package org.bulkhead.commands.internal;

import java.util.Locale;
import java.util.Map;
import org.bulkhead.device.usb.UsbSpeed;
import org.bulkhead.device.usb.descriptor.InterfaceDescriptor;
import org.bulkhead.device.usb.descriptor.UsbDescriptors;
import org.bulkhead.framework.admin.DeviceInfo;

/** Numbers of the USB specifications in words. */
final class UsbWords {

  /** Base classes, from the USB-IF's list of defined class codes. */
  private static final Map<Integer, String> CLASSES =
      Map.ofEntries(
          Map.entry(0x01, "audio"),
          Map.entry(0x02, "communications"),
          Map.entry(0x03, "human interface"),
          Map.entry(0x05, "physical"),
          Map.entry(0x06, "still image"),
          Map.entry(0x07, "printer"),
          Map.entry(0x08, "mass storage"),
          Map.entry(0x09, "hub"),
          Map.entry(0x0a, "communications data"),
          Map.entry(0x0b, "smart card"),
          Map.entry(0x0d, "content security"),
          Map.entry(0x0e, "video"),
          Map.entry(0x0f, "personal healthcare"),
          Map.entry(0x10, "audio/video"),
          Map.entry(0x11, "billboard"),
          Map.entry(0x12, "USB-C bridge"),
          Map.entry(0xdc, "diagnostic"),
          Map.entry(0xe0, "wireless"),
          Map.entry(0xef, "miscellaneous"),
          Map.entry(0xfe, "application specific"),
          Map.entry(0xff, "vendor specific"));

  private UsbWords() {}

  static String className(int baseClass) {
    return CLASSES.getOrDefault(baseClass, String.format("class 0x%02x", baseClass));
  }

  static String className(InterfaceDescriptor setting) {
    // HID 1.11 sections 4.2 and 4.3: only the boot subclass gives its protocol a meaning.
    if (setting.interfaceClass() == 0x03 && setting.interfaceSubclass() == 1) {
      if (setting.interfaceProtocol() == 1) {
        return "keyboard";
      } else if (setting.interfaceProtocol() == 2) {
        return "mouse";
      }
    }
    return className(setting.interfaceClass());
  }

  /** What people call a device: its own strings, else the public list's, else its class. */
  static String name(DeviceInfo device) {
    String manufacturer = orElse(device.manufacturer(), device.vendorName());
    String product = orElse(device.product(), device.productName());
    if (!product.isEmpty()) {
      return product.startsWith(manufacturer) ? product : manufacturer + " " + product;
    }
    String kind = kind(device.descriptors());
    return manufacturer.isEmpty() ? kind : manufacturer + " " + kind;
  }

  private static String orElse(String own, String listed) {
    return own.isBlank() ? listed.strip() : own.strip();
  }

  private static String kind(UsbDescriptors descriptors) {
    int deviceClass = descriptors.device().deviceClass();
    // 0 and 0xef leave it to the interfaces (USB 2.0 table 9-8, interface association ECN).
    if (deviceClass != 0 && deviceClass != 0xef) {
      return className(deviceClass);
    }
    return descriptors.configurations().stream()
        .flatMap(c -> c.interfaces())
        .map(UsbWords::className)
        .findFirst()
        .orElse("unknown device");
  }

  static String speed(UsbSpeed speed) {
    int megabits = speed.kilobitsPerSecond() / 1000;
    return switch (speed) {
      case UNKNOWN -> "unknown";
      case LOW -> "1.5 Mbit/s";
      case FULL, HIGH -> megabits + " Mbit/s";
      case SUPER, SUPER_PLUS -> megabits / 1000 + " Gbit/s";
    };
  }

  static String model(int vendorId, int productId) {
    return id(vendorId) + ":" + id(productId);
  }

  static String id(int value) {
    return String.format("%04x", value);
  }

  /** Binary-coded decimal, as in {@code bcdUSB}: 0x0210 is 2.1. */
  static String version(int bcd) {
    String minor = String.format("%02x", bcd & 0xff);
    return Integer.toHexString(bcd >> 8)
        + "."
        + (minor.endsWith("0") ? minor.substring(0, 1) : minor);
  }

  static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
