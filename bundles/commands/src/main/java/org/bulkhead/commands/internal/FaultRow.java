package org.bulkhead.commands.internal;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.stream.Collectors;
import org.bulkhead.framework.admin.FaultInfo;

/** A fault as {@code driver:faults} shows it; the fields are those of its JSON. */
record FaultRow(
    Instant time,
    String driver,
    String location,
    int interface_,
    int incarnation,
    String kind,
    String message,
    String action,
    String trace,
    String report) {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS");

  static View list(List<FaultInfo> faults, boolean trace, ZoneId zone) {
    List<FaultRow> rows =
        faults.stream()
            .map(
                f ->
                    new FaultRow(
                        f.time(),
                        f.driver(),
                        f.location(),
                        f.interfaceNumber(),
                        f.incarnation(),
                        f.kind(),
                        f.message(),
                        f.action(),
                        f.trace(),
                        f.report()))
            .toList();
    return new View(rows, trace ? withTraces(rows, zone) : table(rows, zone));
  }

  private static String table(List<FaultRow> rows, ZoneId zone) {
    Table table = new Table("TIME", "DRIVER", "DEVICE", "KIND", "MESSAGE", "ACTION", "REPORT");
    for (FaultRow row : rows) {
      table.row(
          row.clock(zone),
          row.driver,
          row.target(),
          row.kind,
          row.message,
          row.action,
          row.report.substring(row.report.lastIndexOf('/') + 1));
    }
    return table.text("no faults");
  }

  private static String withTraces(List<FaultRow> rows, ZoneId zone) {
    return rows.isEmpty()
        ? "no faults"
        : rows.stream().map(r -> r.inFull(zone)).collect(Collectors.joining("\n"));
  }

  private String inFull(ZoneId zone) {
    String head =
        clock(zone)
            + "  "
            + driver
            + "  "
            + target()
            + "  "
            + kind
            + ": "
            + Table.printable(message)
            + "\n    then: "
            + action
            + (report.isEmpty() ? "" : "\n    report: " + report);
    return trace.isBlank() ? head : head + "\n" + trace.stripTrailing().indent(4).stripTrailing();
  }

  private String clock(ZoneId zone) {
    return TIME.withZone(zone).format(time);
  }

  private String target() {
    return location.isEmpty() ? "" : location + ":" + interface_;
  }
}
