package org.bulkhead.benchmarks.usb;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;

/** What is written of the figures. */
final class Report {

  /** The ways to do a thing, beside C's, as the table of points names them. */
  private static final Map<String, String> COLUMNS = new LinkedHashMap<>();

  static {
    COLUMNS.put("usb4java", Point.PLAIN);
    COLUMNS.put("Bulkhead", Point.OURS);
    COLUMNS.put("reader", Point.reader(Point.OURS));
    COLUMNS.put("handler", Point.handler(Point.OURS));
    COLUMNS.put("Bulkhead, Java 25", Point.NEWER);
    COLUMNS.put("reader, Java 25", Point.reader(Point.NEWER));
  }

  private Report() {}

  static String lines(List<Line> lines) {
    StringBuilder text = new StringBuilder(Line.HEAD);
    lines.forEach(line -> text.append(line.row()));
    return text.toString();
  }

  static String points(Matrix matrix) {
    StringBuilder text =
        new StringBuilder("| device | what | C, MB/s | " + String.join(" | ", COLUMNS.keySet()));
    text.append(" | CPU µs per transfer: C | ").append(String.join(" | ", COLUMNS.keySet()));
    text.append(" |\n|---|---|---|").append("---|".repeat(2 * COLUMNS.size() + 1)).append("\n");
    for (Point point : matrix.compared()) {
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %.1f |",
              point.device().title,
              point.title(),
              point.median(Point.C, Sample::megabytesPerSecond)));
      for (String way : COLUMNS.values()) {
        double share = share(point, way);
        text.append(share > 0 ? String.format(Locale.ROOT, " %.1f %% |", 100 * share) : " |");
      }
      text.append(cpu(point, Point.C));
      COLUMNS.values().forEach(way -> text.append(cpu(point, way)));
      text.append("\n");
    }
    return text.toString();
  }

  private static double share(Point point, String way) {
    return point.has(way) ? point.ratio(way, Point.C, Sample::megabytesPerSecond) : 0;
  }

  private static String cpu(Point point, String way) {
    return point.has(way)
        ? String.format(Locale.ROOT, " %.2f |", point.median(way, Sample::cpuMicrosPerTransfer))
        : " |";
  }

  static String machine(int rounds, int millis) {
    return String.format(
        Locale.ROOT,
        "Medians of %d paired rounds of %d ms, Java %s, %d processors, load %.1f at the end.%n",
        rounds,
        millis,
        Runtime.version().feature(),
        Runtime.getRuntime().availableProcessors(),
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
  }

  static String json(List<Point> measured, int rounds, int millis) {
    List<String> points = measured.stream().map(Point::json).toList();
    return "{\"rounds\":"
        + rounds
        + ",\"millis\":"
        + millis
        + ",\"java\":\""
        + Runtime.version()
        + "\",\"processors\":"
        + Runtime.getRuntime().availableProcessors()
        + ",\"load\":"
        + ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage()
        + ",\"points\":[\n"
        + String.join(",\n", points)
        + "]}\n";
  }

  /** All latencies, in HdrHistogram's own format, a line for each way. */
  static void histograms(Point point, Path file) throws IOException {
    try (PrintStream out = new PrintStream(file.toFile(), StandardCharsets.UTF_8)) {
      HistogramLogWriter writer = new HistogramLogWriter(out);
      writer.outputLogFormatVersion();
      writer.outputComment("ns; " + point.title() + "; " + point.device().title);
      writer.outputLegend();
      for (String way : point.ways().keySet()) {
        Histogram all = point.latencies(way);
        all.setTag(way);
        writer.outputIntervalHistogram(0, 0, all, 1);
      }
    }
  }
}
