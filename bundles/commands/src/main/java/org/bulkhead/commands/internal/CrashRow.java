package org.bulkhead.commands.internal;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.bulkhead.framework.admin.CrashInfo;

/** A report as {@code driver:crashes} shows it; the fields are those of its JSON. */
record CrashRow(Instant time, String path, long bytes, String summary) {

  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");

  static View list(List<CrashInfo> crashes, ZoneId zone) {
    List<CrashRow> rows =
        crashes.stream()
            .map(c -> new CrashRow(c.time(), c.path(), c.sizeBytes(), c.summary()))
            .toList();
    Table table = new Table("TIME", "FAULT", "SIZE", "REPORT");
    for (CrashRow row : rows) {
      table.row(
          TIME.withZone(zone).format(row.time), row.summary, Sizes.words(row.bytes), row.path);
    }
    return new View(rows, table.text("no reports"));
  }
}
