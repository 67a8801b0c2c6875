package org.bulkhead.campaign.internal.parent;

import java.util.Map;

/** A tally as Markdown. */
final class Text {

  private final Tally tally;
  private final StringBuilder text = new StringBuilder();

  Text(Tally tally) {
    this.tally = tally;
    table("by class", tally.byKind);
    table("by driver", tally.byDriver);
    seen();
    sums();
    text.append("Silent: ").append(tally.silentBy).append('\n');
    tally.named.forEach(line -> text.append("- ").append(line).append('\n'));
  }

  private void table(String title, Map<String, Row> rows) {
    text.append("\n| %s | %s".formatted(title, String.join(" | ", Row.COLUMNS)))
        .append(" | detection ms p50 / p99 / worst | recovery ms p50 / p99 / worst |\n|---|")
        .append("--:|".repeat(Row.COLUMNS.size() + 2))
        .append('\n');
    rows.forEach(this::line);
    line("all", tally.all);
  }

  private void line(String name, Row row) {
    text.append("| ").append(name);
    for (int count : row.counts()) {
      text.append(" | %,d".formatted(count));
    }
    text.append(" | %s | %s |\n".formatted(row.detection.text(), row.recovery.text()));
  }

  private void seen() {
    text.append("\n| found as | detected | detection ms p50 / p99 / worst | recovery ms")
        .append(" p50 / p99 / worst |\n|---|--:|--:|--:|\n");
    tally.bySeen.forEach(
        (kind, row) ->
            text.append(
                "| %s | %,d | %s | %s |\n"
                    .formatted(kind, row.detected, row.detection.text(), row.recovery.text())));
  }

  private void sums() {
    Row all = tally.all;
    text.append(
        """

        Transient faults that somebody noticed: %,d. Mended by the framework alone: %.3f %% (%,d);
        with a complaint as well: %.3f %% (%,d). Silent, so for a complaint only: %,d.
        Permanent faults that manifested: %,d, of which %s.
        Wrong data, or none, by whose doing: %s; of these storage: %s.
        Deaths or hangs of the host: %d. Effects on another compartment: %d. Once done twice: %d.
        Calls of the witness: %,d, %s ms (p50 / p99 / worst); one may take %d ms and what the \
        machine is late by.
        After a complaint: %,d. After an update of the driver: %d. Some effect later: %,d. \
        Without a cause: %d.
        """
            .formatted(
                all.noticed,
                100 * tally.mendedAlone(),
                all.mendedAlone,
                100 * tally.mended(),
                all.mended,
                all.silent,
                tally.permanents.manifested(),
                tally.permanents.fates(),
                tally.wrong.all(),
                tally.wrong.storage(),
                tally.deaths,
                tally.effects,
                tally.twice,
                tally.witness.calls().count(),
                tally.witness.calls().text(),
                tally.witness.boundMillis(),
                tally.complaints,
                tally.updates,
                tally.late,
                tally.unprovoked));
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
