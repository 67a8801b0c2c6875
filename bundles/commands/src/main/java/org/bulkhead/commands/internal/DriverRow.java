package org.bulkhead.commands.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.bulkhead.framework.admin.CompartmentInfo;
import org.bulkhead.framework.admin.CompartmentState;
import org.bulkhead.framework.admin.DriverInfo;
import org.bulkhead.framework.admin.RungInfo;

/** A driver as {@code driver:list} shows it; the fields are those of its JSON. */
record DriverRow(
    String name,
    String version,
    String state,
    String bundle,
    long bundleId,
    List<String> matches,
    long restarts,
    long faults,
    int abandonedThreads,
    Map<String, Long> faultKinds,
    List<RungInfo> ladder,
    List<DeviceOfDriver> devices) {

  /** One interface that the driver is attached to. */
  record DeviceOfDriver(
      String location,
      int interface_,
      CompartmentState state,
      int incarnation,
      long faults,
      long calls,
      int abandonedThreads,
      String reason,
      List<String> services) {}

  static DriverRow of(DriverInfo driver) {
    List<CompartmentInfo> compartments = driver.compartments();
    return new DriverRow(
        driver.name(),
        driver.version(),
        state(driver),
        driver.bundleSymbolicName(),
        driver.bundleId(),
        driver.matches(),
        compartments.stream().mapToLong(c -> Math.max(0, c.incarnation() - 1)).sum(),
        compartments.stream().mapToLong(CompartmentInfo::faults).sum(),
        compartments.stream().mapToInt(CompartmentInfo::abandonedThreads).sum(),
        driver.faultKinds(),
        driver.ladder(),
        compartments.stream()
            .map(
                c ->
                    new DeviceOfDriver(
                        c.location(),
                        c.interfaceNumber(),
                        c.state(),
                        c.incarnation(),
                        c.faults(),
                        c.calls(),
                        c.abandonedThreads(),
                        c.reason(),
                        c.services()))
            .toList());
  }

  private static String state(DriverInfo driver) {
    if (!driver.running()) {
      return "stopped";
    }
    return driver.compartments().stream().anyMatch(c -> c.state() == CompartmentState.QUARANTINED)
        ? "quarantined"
        : "running";
  }

  static View list(List<DriverInfo> drivers) {
    List<DriverRow> rows = drivers.stream().map(DriverRow::of).toList();
    Table table =
        new Table("NAME", "VERSION", "STATE", "DEVICES", "RESTARTS", "FAULTS", "ABANDONED");
    for (DriverRow row : rows) {
      String devices =
          row.devices.stream()
              .map(DeviceOfDriver::location)
              .distinct()
              .collect(Collectors.joining(", "));
      table.row(
          row.name,
          row.version,
          row.state,
          devices,
          row.restarts,
          row.faults,
          row.abandonedThreads);
    }
    return new View(rows, table.text("no drivers"));
  }

  private static String words(RungInfo rung) {
    long known = rung.succeeded() + rung.failed();
    return "%s: tried %d, helped %d%s%s"
        .formatted(
            rung.rung().label(),
            rung.tried(),
            rung.succeeded(),
            known == 0 ? "" : " (" + 100 * rung.succeeded() / known + " %)",
            rung.impossible() == 0 ? "" : ", impossible " + rung.impossible());
  }

  static View one(DriverInfo driver) {
    DriverRow row = of(driver);
    List<String> lines = new ArrayList<>();
    lines.add(row.name + "  " + row.version + "  " + row.state);
    DeviceDetails.field(lines, "bundle", row.bundle + " (" + row.bundleId + ")");
    row.matches.forEach(match -> DeviceDetails.field(lines, "matches", match));
    row.faultKinds.forEach(
        (kind, count) -> DeviceDetails.field(lines, "fault", kind + " " + count));
    row.ladder.forEach(rung -> DeviceDetails.field(lines, "rung", words(rung)));
    for (CompartmentInfo c : driver.compartments()) {
      DeviceDetails.field(lines, c.location() + ":" + c.interfaceNumber(), DeviceDetails.served(c));
    }
    return new View(row, String.join("\n", lines));
  }
}
