package org.bulkhead.transport.sim;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.bulkhead.device.usb.UsbSpeed;
import org.bulkhead.device.usb.descriptor.TransferType;

/**
 * Builds the descriptors of a device (USB 2.0 section 9.6), in the order in which they are sent:
 * the device, a configuration, its interfaces, each with its endpoints.
 *
 * <pre>{@code
 * SimDescription.builder(0x1209, 0x0001)
 *     .product("Thermometer")
 *     .configuration(1)
 *     .interfaceSetting(0, 0, 0xff, 0x00, 0x00)
 *     .endpoint(0x81, TransferType.INTERRUPT, 8, 10)
 *     .build();
 * }</pre>
 *
 * <p>Numbers are not checked against the specification, so that a test can build a device that
 * breaks it.
 */
public final class DescriptionBuilder {

  private final List<String> strings = new ArrayList<>();
  private final byte[] device = new byte[18];
  private final List<ByteArrayOutputStream> configurations = new ArrayList<>();
  private UsbSpeed speed = UsbSpeed.HIGH;

  DescriptionBuilder(int vendorId, int productId) {
    device[0] = 18;
    device[1] = 1;
    device[7] = 64;
    put16(device, 2, 0x0200);
    put16(device, 8, vendorId);
    put16(device, 10, productId);
    put16(device, 12, 0x0100);
  }

  /**
   * Sets the signalling rate and what goes with it in {@code bcdUSB} and {@code bMaxPacketSize0}.
   *
   * @param value the rate
   * @return this
   */
  public DescriptionBuilder speed(UsbSpeed value) {
    speed = value;
    boolean superSpeed = value.compareTo(UsbSpeed.SUPER) >= 0;
    put16(device, 2, superSpeed ? 0x0300 : 0x0200);
    device[7] = (byte) (superSpeed ? 9 : value == UsbSpeed.LOW ? 8 : 64);
    return this;
  }

  /**
   * Sets the device's version, 1.00 without this call.
   *
   * @param bcdDevice binary-coded decimal: 0x0600 is 6.00
   * @return this
   */
  public DescriptionBuilder version(int bcdDevice) {
    put16(device, 12, bcdDevice);
    return this;
  }

  /**
   * Sets the device's class, 0 ("see the interfaces") without this call.
   *
   * @param deviceClass {@code bDeviceClass}
   * @param subclass {@code bDeviceSubClass}
   * @param protocol {@code bDeviceProtocol}
   * @return this
   */
  public DescriptionBuilder deviceClass(int deviceClass, int subclass, int protocol) {
    device[4] = (byte) deviceClass;
    device[5] = (byte) subclass;
    device[6] = (byte) protocol;
    return this;
  }

  /**
   * Sets the string of {@code iManufacturer}.
   *
   * @param text up to 126 characters
   * @return this
   */
  public DescriptionBuilder manufacturer(String text) {
    device[14] = (byte) addString(text);
    return this;
  }

  /**
   * Sets the string of {@code iProduct}.
   *
   * @param text up to 126 characters
   * @return this
   */
  public DescriptionBuilder product(String text) {
    device[15] = (byte) addString(text);
    return this;
  }

  /**
   * Sets the string of {@code iSerialNumber}.
   *
   * @param text up to 126 characters
   * @return this
   */
  public DescriptionBuilder serialNumber(String text) {
    device[16] = (byte) addString(text);
    return this;
  }

  /**
   * Begins a configuration, bus-powered with 100 mA.
   *
   * @param value {@code bConfigurationValue}
   * @return this
   */
  public DescriptionBuilder configuration(int value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int maxPower = speed.compareTo(UsbSpeed.SUPER) >= 0 ? 12 : 50;
    out.writeBytes(new byte[] {9, 2, 0, 0, 0, (byte) value, 0, (byte) 0x80, (byte) maxPower});
    configurations.add(out);
    return this;
  }

  /**
   * Begins an alternate setting of an interface.
   *
   * @param number {@code bInterfaceNumber}
   * @param alternateSetting {@code bAlternateSetting}
   * @param interfaceClass {@code bInterfaceClass}
   * @param subclass {@code bInterfaceSubClass}
   * @param protocol {@code bInterfaceProtocol}
   * @return this
   */
  public DescriptionBuilder interfaceSetting(
      int number, int alternateSetting, int interfaceClass, int subclass, int protocol) {
    return interfaceSetting(number, alternateSetting, interfaceClass, subclass, protocol, "");
  }

  /**
   * Begins an alternate setting of an interface that has a name.
   *
   * @param number {@code bInterfaceNumber}
   * @param alternateSetting {@code bAlternateSetting}
   * @param interfaceClass {@code bInterfaceClass}
   * @param subclass {@code bInterfaceSubClass}
   * @param protocol {@code bInterfaceProtocol}
   * @param name the string of {@code iInterface}, up to 126 characters; empty for none
   * @return this
   */
  public DescriptionBuilder interfaceSetting(
      int number,
      int alternateSetting,
      int interfaceClass,
      int subclass,
      int protocol,
      String name) {
    current()
        .writeBytes(
            new byte[] {
              9,
              4,
              (byte) number,
              (byte) alternateSetting,
              0,
              (byte) interfaceClass,
              (byte) subclass,
              (byte) protocol,
              (byte) (name.isEmpty() ? 0 : addString(name))
            });
    return this;
  }

  /**
   * Adds an endpoint to the alternate setting, with a companion where the speed asks for one.
   *
   * @param address {@code bEndpointAddress}, such as 0x81
   * @param type the transfer type
   * @param maxPacketBytes {@code wMaxPacketSize}
   * @param interval {@code bInterval}
   * @return this
   */
  public DescriptionBuilder endpoint(
      int address, TransferType type, int maxPacketBytes, int interval) {
    extra(
        7, 5, address, type.ordinal(), maxPacketBytes & 0xff, maxPacketBytes >> 8 & 0xff, interval);
    if (speed.compareTo(UsbSpeed.SUPER) >= 0) {
      extra(6, 0x30, 0, 0, 0, 0);
    }
    return this;
  }

  /**
   * Adds a bulk endpoint with the packet size of the device's speed.
   *
   * @param address {@code bEndpointAddress}, such as 0x81
   * @return this
   */
  public DescriptionBuilder bulk(int address) {
    int size = speed == UsbSpeed.HIGH ? 512 : speed.compareTo(UsbSpeed.SUPER) >= 0 ? 1024 : 64;
    return endpoint(address, TransferType.BULK, size, 0);
  }

  /**
   * Adds any other descriptor at this place.
   *
   * @param bytes the descriptor, its length and type first
   * @return this
   */
  public DescriptionBuilder extra(int... bytes) {
    for (int b : bytes) {
      current().write(b);
    }
    return this;
  }

  /**
   * Puts it all together.
   *
   * @return the description
   */
  public SimDescription build() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    device[17] = (byte) configurations.size();
    all.writeBytes(device);
    for (ByteArrayOutputStream configuration : configurations) {
      all.writeBytes(finished(configuration.toByteArray()));
    }
    return new SimDescription(speed, all.toByteArray(), strings);
  }

  /** Fills in what is only known at the end: lengths and counts. */
  private static byte[] finished(byte[] configuration) {
    put16(configuration, 2, configuration.length);
    int interfaces = 0;
    int open = -1;
    for (int at = 9;
        at + 1 < configuration.length && (configuration[at] & 0xff) > 1;
        at += configuration[at] & 0xff) {
      if (configuration[at + 1] == 4) {
        open = at;
        interfaces += configuration[at + 3] == 0 ? 1 : 0;
      } else if (configuration[at + 1] == 5 && open >= 0) {
        configuration[open + 4]++;
      }
    }
    configuration[4] = (byte) interfaces;
    return configuration;
  }

  private ByteArrayOutputStream current() {
    if (configurations.isEmpty()) {
      throw new IllegalStateException("begin a configuration first");
    }
    return configurations.get(configurations.size() - 1);
  }

  private int addString(String text) {
    strings.add(text);
    return strings.size();
  }

  private static void put16(byte[] bytes, int at, int value) {
    bytes[at] = (byte) value;
    bytes[at + 1] = (byte) (value >> 8);
  }
}
