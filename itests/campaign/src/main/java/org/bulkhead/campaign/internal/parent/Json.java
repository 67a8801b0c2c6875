package org.bulkhead.campaign.internal.parent;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A tally as JSON, for programs. */
final class Json {

  private Json() {}

  static String of(Tally tally, long seed, boolean finished, long seconds) {
    StringBuilder json = new StringBuilder("{\n");
    json.append(
        "  \"seed\": %d, \"finished\": %b, \"seconds\": %d,\n".formatted(seed, finished, seconds));
    json.append(
        ("  \"deaths\": %d, \"effectsOnOthers\": %d, \"onceTwice\": %d, \"complaints\": %d,"
                + " \"updates\": %d, \"late\": %d, \"unprovoked\": %d,\n"
                + "  \"noticed\": %d, \"mended\": %.6f, \"mendedAlone\": %.6f,\n")
            .formatted(
                tally.deaths,
                tally.effects,
                tally.twice,
                tally.complaints,
                tally.updates,
                tally.late,
                tally.unprovoked,
                tally.noticed(),
                tally.mended(),
                tally.mendedAlone()));
    json.append("  \"permanent\": ").append(counts(tally.permanents.fates())).append(",\n");
    json.append("  \"wrongData\": ").append(counts(tally.wrong.all())).append(",\n");
    json.append("  \"wrongDataOfStorage\": ").append(counts(tally.wrong.storage())).append(",\n");
    json.append("  \"witnessMillis\": ").append(tally.witness.calls().json()).append(",\n");
    rows(json, "class", tally.byKind);
    rows(json, "driver", tally.byDriver);
    rows(json, "seen", tally.bySeen);
    json.append("  \"all\": ").append(object(tally.all));
    json.append(",\n  \"silentBy\": ").append(counts(tally.silentBy));
    json.append(",\n  \"named\": ").append(strings(tally.named));
    return json.append("\n}\n").toString();
  }

  private static void rows(StringBuilder json, String title, Map<String, Row> rows) {
    json.append("  \"").append(title).append("\": {");
    for (Iterator<Map.Entry<String, Row>> all = rows.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<String, Row> row = all.next();
      json.append("\n    ").append(quoted(row.getKey())).append(": ");
      json.append(object(row.getValue())).append(all.hasNext() ? "," : "");
    }
    json.append("\n  },\n");
  }

  private static String object(Row row) {
    StringBuilder json = new StringBuilder("{");
    int[] counts = row.counts();
    for (int i = 0; i < counts.length; i++) {
      json.append("\"%s\": %d, ".formatted(Row.COLUMNS.get(i), counts[i]));
    }
    return json.append("\"detectionMillis\": ")
        .append(row.detection.json())
        .append(", \"recoveryMillis\": ")
        .append(row.recovery.json())
        .append('}')
        .toString();
  }

  private static String counts(Map<String, Integer> counts) {
    return counts.entrySet().stream()
        .map(count -> quoted(count.getKey()) + ": " + count.getValue())
        .collect(Collectors.joining(", ", "{", "}"));
  }

  private static String strings(List<String> texts) {
    return texts.stream().map(Json::quoted).collect(Collectors.joining(",\n    ", "[", "]"));
  }

  private static String quoted(String text) {
    return '"'
        + text.replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("\\p{Cntrl}", " ")
        + '"';
  }
}
