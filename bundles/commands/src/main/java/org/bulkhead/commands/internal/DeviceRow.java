package org.bulkhead.commands.internal;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bulkhead.device.usb.DeviceIdentity;
import org.bulkhead.device.usb.descriptor.ConfigurationDescriptor;
import org.bulkhead.device.usb.descriptor.InterfaceDescriptor;
import org.bulkhead.framework.admin.CompartmentInfo;
import org.bulkhead.framework.admin.CompartmentState;
import org.bulkhead.framework.admin.DeviceInfo;

/** A device as {@code device:list} shows it; the fields are those of its JSON. */
record DeviceRow(
    String location,
    String key,
    String vendorId,
    String productId,
    String name,
    String manufacturer,
    String product,
    String serialNumber,
    String speed,
    String transport,
    int bus,
    int address,
    String problem,
    String vendorName,
    String productName,
    List<InterfaceRow> interfaces) {

  /** One interface and what serves it; driver and state are null where nothing does. */
  record InterfaceRow(
      int number,
      String class_,
      String driver,
      CompartmentState state,
      int incarnation,
      long faults,
      String reason,
      List<String> services) {}

  static DeviceRow of(DeviceInfo device) {
    DeviceIdentity identity = device.identity();
    return new DeviceRow(
        identity.location(),
        identity.key(),
        UsbWords.id(identity.vendorId()),
        UsbWords.id(identity.productId()),
        UsbWords.name(device),
        device.manufacturer(),
        device.product(),
        identity.serialNumber(),
        UsbWords.lower(device.speed()),
        device.transport(),
        device.busNumber(),
        device.address(),
        device.problem(),
        device.vendorName(),
        device.productName(),
        interfaces(device));
  }

  static View list(List<DeviceInfo> devices) {
    List<DeviceRow> rows = devices.stream().map(DeviceRow::of).toList();
    Table table = new Table("LOCATION", "ID", "SPEED", "NAME", "DRIVER", "STATE");
    for (int i = 0; i < rows.size(); i++) {
      DeviceRow row = rows.get(i);
      table.row(
          row.location,
          row.vendorId + ":" + row.productId,
          UsbWords.speed(devices.get(i).speed()),
          row.name,
          row.joined(InterfaceRow::driver),
          row.joined(r -> UsbWords.lower(r.state)));
    }
    String problems =
        rows.stream()
            .filter(r -> !r.problem.isEmpty())
            .map(r -> "\n" + r.location + ": " + r.problem)
            .collect(Collectors.joining());
    return new View(rows, table.text("no devices") + problems);
  }

  /** What serves it, on one line. */
  String drivers() {
    return served()
        .map(r -> r.driver + " " + UsbWords.lower(r.state))
        .collect(Collectors.joining(", "));
  }

  private String joined(Function<InterfaceRow, String> part) {
    List<String> parts = served().map(part).toList();
    return String.join(", ", parts.stream().distinct().count() == 1 ? parts.subList(0, 1) : parts);
  }

  private Stream<InterfaceRow> served() {
    return interfaces.stream().filter(r -> r.driver != null);
  }

  private static List<InterfaceRow> interfaces(DeviceInfo device) {
    List<InterfaceDescriptor> described = described(device);
    return IntStream.concat(
            described.stream().mapToInt(InterfaceDescriptor::number),
            device.compartments().stream().mapToInt(CompartmentInfo::interfaceNumber))
        .distinct()
        .sorted()
        .mapToObj(number -> row(number, described, device.compartments()))
        .toList();
  }

  private static List<InterfaceDescriptor> described(DeviceInfo device) {
    Optional<ConfigurationDescriptor> configuration =
        device.descriptors().configuration(device.activeConfiguration());
    return configuration
        .or(() -> device.descriptors().configurations().stream().findFirst())
        .map(c -> c.interfaces().toList())
        .orElse(List.of());
  }

  private static InterfaceRow row(
      int number, List<InterfaceDescriptor> described, List<CompartmentInfo> compartments) {
    String name =
        described.stream()
            .filter(d -> d.number() == number)
            .map(UsbWords::className)
            .findFirst()
            .orElse("unknown");
    return compartments.stream()
        .filter(c -> c.interfaceNumber() == number)
        .findFirst()
        .map(
            c ->
                new InterfaceRow(
                    number,
                    name,
                    c.driver(),
                    c.state(),
                    c.incarnation(),
                    c.faults(),
                    c.reason(),
                    c.services()))
        .orElse(new InterfaceRow(number, name, null, null, 0, 0, "", List.of()));
  }
}
