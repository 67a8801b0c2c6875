package org.bulkhead.commands.internal;

import java.util.ArrayList;
import java.util.List;
import org.bulkhead.device.usb.UsbSpeed;
import org.bulkhead.device.usb.descriptor.ConfigurationDescriptor;
import org.bulkhead.device.usb.descriptor.Direction;
import org.bulkhead.device.usb.descriptor.EndpointDescriptor;
import org.bulkhead.device.usb.descriptor.InterfaceDescriptor;
import org.bulkhead.framework.admin.CompartmentInfo;
import org.bulkhead.framework.admin.DeviceInfo;

/** All that is known of one device, with its descriptors in words. */
record DeviceDetails(
    DeviceRow device,
    String usbVersion,
    String deviceVersion,
    String class_,
    int controlPacketBytes,
    int activeConfiguration,
    List<Configuration> configurations,
    List<String> irregularities) {

  record Configuration(
      int value, boolean active, String power, int maxPowerMilliamps, List<Setting> settings) {

    void lines(List<String> lines) {
      lines.add(
          "  configuration "
              + value
              + (active ? " (active)" : "")
              + ", "
              + power
              + " powered, "
              + maxPowerMilliamps
              + " mA");
      for (Setting s : settings) {
        String alternate = s.alternateSetting == 0 ? "" : " alternate " + s.alternateSetting;
        String listed = s.className.isEmpty() ? "" : ": " + Table.printable(s.className);
        lines.add(
            "    interface %d%s  %s (%s%s)"
                .formatted(s.number, alternate, s.class_, s.code, listed));
        for (Endpoint e : s.endpoints) {
          lines.add(
              String.format(
                  "      endpoint %s  %-3s %s, %d bytes%s",
                  e.address,
                  e.direction,
                  e.type,
                  e.maxPacketBytes,
                  e.interval == 0 ? "" : ", interval " + e.interval));
        }
      }
    }
  }

  record Setting(
      int number,
      int alternateSetting,
      String class_,
      String code,
      String className,
      List<Endpoint> endpoints) {}

  record Endpoint(
      String address,
      int number,
      String direction,
      String type,
      int maxPacketBytes,
      int interval) {}

  /** What a class code stands for, where more is known than its first number says. */
  interface ClassNames {
    String of(int usbClass, int subclass, int protocol);
  }

  static View view(DeviceInfo device, ClassNames names) {
    var descriptors = device.descriptors();
    var top = descriptors.device();
    DeviceDetails details =
        new DeviceDetails(
            DeviceRow.of(device),
            UsbWords.version(top.usbVersion()),
            UsbWords.version(top.deviceVersion()),
            top.deviceClass() == 0 ? "by interface" : UsbWords.className(top.deviceClass()),
            top.controlPacketBytes(),
            device.activeConfiguration(),
            descriptors.configurations().stream()
                .map(c -> configuration(c, device, names))
                .toList(),
            descriptors.irregularities());
    return new View(details, details.text(device));
  }

  private static Configuration configuration(
      ConfigurationDescriptor c, DeviceInfo device, ClassNames names) {
    UsbSpeed speed = device.speed();
    return new Configuration(
        c.value(),
        c.value() == device.activeConfiguration(),
        c.selfPowered() ? "self" : "bus",
        c.maxPowerMilliamps(speed),
        c.settings().stream().map(s -> setting(s, names)).toList());
  }

  private static Setting setting(InterfaceDescriptor s, ClassNames names) {
    return new Setting(
        s.number(),
        s.alternateSetting(),
        UsbWords.className(s),
        String.format(
            "%02x/%02x/%02x", s.interfaceClass(), s.interfaceSubclass(), s.interfaceProtocol()),
        names.of(s.interfaceClass(), s.interfaceSubclass(), s.interfaceProtocol()),
        s.endpoints().stream().map(DeviceDetails::endpoint).toList());
  }

  private static Endpoint endpoint(EndpointDescriptor e) {
    return new Endpoint(
        String.format("0x%02x", e.address()),
        e.number(),
        e.direction() == Direction.IN ? "in" : "out",
        UsbWords.lower(e.type()),
        e.maxPacketBytes(),
        e.interval());
  }

  private String text(DeviceInfo info) {
    List<String> lines = new ArrayList<>();
    lines.add(device.location() + "  " + Table.printable(device.name()));
    field(lines, "key", device.key());
    field(lines, "vendor, product", device.vendorId() + ":" + device.productId());
    field(lines, "manufacturer", device.manufacturer());
    field(lines, "product name", device.product());
    field(lines, "listed as", (device.vendorName() + " " + device.productName()).strip());
    field(lines, "serial number", device.serialNumber());
    field(lines, "device version", deviceVersion);
    field(lines, "class", class_);
    field(lines, "USB version", usbVersion);
    field(lines, "speed", device.speed() + ", " + UsbWords.speed(info.speed()));
    field(
        lines,
        "bus, address",
        device.bus() + ", " + device.address() + " (" + device.transport() + ")");
    field(lines, "control packet", controlPacketBytes + " bytes");
    field(lines, "problem", device.problem());
    for (CompartmentInfo c : info.compartments()) {
      field(lines, "interface " + c.interfaceNumber(), "driver " + c.driver() + " " + served(c));
    }
    configurations.forEach(c -> c.lines(lines));
    irregularities.forEach(line -> field(lines, "irregular", line));
    return String.join("\n", lines);
  }

  /** The state of what a driver does for one interface, on one line. */
  static String served(CompartmentInfo c) {
    String services = c.services().isEmpty() ? "" : ", offers " + String.join(", ", c.services());
    String reason = c.reason().isEmpty() ? "" : ": " + c.reason();
    return UsbWords.lower(c.state())
        + reason
        + ", incarnation "
        + c.incarnation()
        + ", faults "
        + c.faults()
        + (c.abandonedThreads() == 0 ? "" : ", threads abandoned " + c.abandonedThreads())
        + services;
  }

  static void field(List<String> lines, String name, String value) {
    if (!value.isEmpty()) {
      lines.add(String.format("  %-16s %s", name, Table.printable(value)));
    }
  }
}
