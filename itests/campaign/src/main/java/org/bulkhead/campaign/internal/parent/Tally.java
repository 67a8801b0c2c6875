package org.bulkhead.campaign.internal.parent;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bulkhead.campaign.internal.plan.Plan;

/** Counts. Thread-safe. */
public final class Tally {

  private static final int NAMED = 400;
  private static final double ENOUGH = 0.999;

  private final Plan plan;
  private final Row all = new Row();
  private final Map<String, Row> byKind = new TreeMap<>();
  private final Map<String, Row> byDriver = new TreeMap<>();
  private final Map<String, Integer> seenAs = new TreeMap<>();
  private final List<String> named = new ArrayList<>();
  private final Map<String, Integer> silentBy = new TreeMap<>();
  private int deaths;
  private int effects;
  private int updates;
  private int complaints;
  private int unprovoked;
  private int late;
  private int twice;

  Tally(Plan plan) {
    this.plan = plan;
  }

  synchronized void add(Result result) {
    String kind = plan.kind(result.fault());
    all.add(result);
    byKind.computeIfAbsent(kind, k -> new Row()).add(result);
    byDriver.computeIfAbsent(result.fault().driver(), d -> new Row()).add(result);
    if (result.has('D')) {
      seenAs.merge(result.kind(), 1, Integer::sum);
    }
    updates += result.has('U') ? 1 : 0;
    complaints += result.has('C') ? 1 : 0;
    unprovoked += result.has('F') ? 1 : 0;
    late += result.has('L') ? 1 : 0;
    twice += result.has('2') ? 1 : 0;
    if (result.has('S') && !result.has('D')) {
      silentBy.merge(result.note(), 1, Integer::sum);
    }
    boolean escaped = result.has('E');
    boolean odd = result.has('U') || result.has('F') || result.has('L');
    // What escaped is named however many lines there are.
    if (escaped || odd && named.size() < NAMED) {
      named.add(
          "%s %s; seen as %s: %s"
              .formatted(
                  result.flags(), plan.describe(result.fault()), result.kind(), result.note()));
    }
  }

  synchronized void death(String how) {
    deaths++;
    named.add("HOST " + how);
  }

  synchronized void effect(String what) {
    effects++;
    named.add("OTHER COMPARTMENT " + what);
  }

  /** How many faults have been injected. */
  public synchronized int injected() {
    return all.injected;
  }

  /** How many of them had an effect. */
  public synchronized int manifested() {
    return all.manifested;
  }

  /** How many of those were escapes. */
  public synchronized int escaped() {
    return all.escaped + effects;
  }

  /** How often the host died or hung. */
  public synchronized int deaths() {
    return deaths;
  }

  /** The part of the noticed transient faults that were mended; 1 where there were none. */
  public synchronized double mended() {
    return all.transients == 0 ? 1 : (double) all.mended / all.transients;
  }

  /** Whether the promise was kept. */
  public synchronized boolean kept() {
    return all.escaped == 0 && deaths == 0 && effects == 0 && mended() >= ENOUGH;
  }

  /** One line on how far it is. */
  synchronized String progress() {
    return "injected %,d, activated %,d, manifested %,d, detected %,d, silent %,d, escaped %,d"
        .formatted(
            all.injected, all.activated, all.manifested, all.detected, all.silent, all.escaped);
  }

  /** The tables, as Markdown. */
  public synchronized String text() {
    StringBuilder text = new StringBuilder();
    table(text, "by class", byKind);
    table(text, "by driver", byDriver);
    text.append(
        """

        Transient faults that somebody noticed and that were mended: %.3f %% (%,d of %,d).
        Deaths or hangs of the host: %d. Effects on another compartment: %d. Once done twice: %d.
        After a complaint: %,d. After an update of the driver: %d. Some effect later: %,d. \
        Without a cause: %d.
        """
            .formatted(
                100 * mended(),
                all.mended,
                all.transients,
                deaths,
                effects,
                twice,
                complaints,
                updates,
                late,
                unprovoked));
    text.append("Seen as: ").append(seenAs).append('\n');
    text.append("Silent: ").append(silentBy).append('\n');
    named.forEach(line -> text.append("- ").append(line).append('\n'));
    return text.toString();
  }

  private void table(StringBuilder text, String title, Map<String, Row> rows) {
    text.append("\n| %s | %s".formatted(title, String.join(" | ", Row.COLUMNS)))
        .append(" | detection ms p50 / p99 / worst | recovery ms p50 / p99 / worst |\n|---|")
        .append("--:|".repeat(Row.COLUMNS.size() + 2))
        .append('\n');
    rows.forEach((name, row) -> line(text, name, row));
    line(text, "all", all);
  }

  private static void line(StringBuilder text, String name, Row row) {
    text.append("| ").append(name);
    for (int count : row.counts()) {
      text.append(" | %,d".formatted(count));
    }
    text.append(" | %s | %s |\n".formatted(times(row.detection), times(row.recovery)));
  }

  private static String times(Times times) {
    return times.count() == 0
        ? ""
        : "%.1f / %.1f / %.1f".formatted(times.millis(0.5), times.millis(0.99), times.millis(1));
  }

  /** The same as JSON. */
  public synchronized String json(long seed, boolean finished, long seconds) {
    StringBuilder json = new StringBuilder("{\n");
    json.append(
        "  \"seed\": %d, \"finished\": %b, \"seconds\": %d,\n".formatted(seed, finished, seconds));
    json.append(
        ("  \"deaths\": %d, \"effectsOnOthers\": %d, \"onceTwice\": %d, \"complaints\": %d,"
                + " \"updates\": %d, \"late\": %d, \"unprovoked\": %d, \"mended\": %.6f,\n")
            .formatted(deaths, effects, twice, complaints, updates, late, unprovoked, mended()));
    rows(json, "class", byKind);
    rows(json, "driver", byDriver);
    json.append("  \"all\": ").append(object(all)).append(",\n  \"named\": [");
    for (int i = 0; i < named.size(); i++) {
      json.append(i == 0 ? "\n    " : ",\n    ").append(quoted(named.get(i)));
    }
    return json.append("\n  ]\n}\n").toString();
  }

  private static void rows(StringBuilder json, String title, Map<String, Row> rows) {
    json.append("  \"").append(title).append("\": {");
    String separator = "\n    ";
    for (Map.Entry<String, Row> row : rows.entrySet()) {
      json.append(separator)
          .append(quoted(row.getKey()))
          .append(": ")
          .append(object(row.getValue()));
      separator = ",\n    ";
    }
    json.append("\n  },\n");
  }

  private static String object(Row row) {
    StringBuilder json = new StringBuilder("{");
    int[] counts = row.counts();
    for (int i = 0; i < counts.length; i++) {
      json.append("\"%s\": %d, ".formatted(Row.COLUMNS.get(i), counts[i]));
    }
    return json.append(
            "\"detectionMillis\": %s, \"recoveryMillis\": %s}"
                .formatted(array(row.detection), array(row.recovery)))
        .toString();
  }

  private static String array(Times times) {
    return times.count() == 0
        ? "null"
        : "[%.3f, %.3f, %.3f]".formatted(times.millis(0.5), times.millis(0.99), times.millis(1));
  }

  private static String quoted(String text) {
    return '"'
        + text.replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("\\p{Cntrl}", " ")
        + '"';
  }
}
