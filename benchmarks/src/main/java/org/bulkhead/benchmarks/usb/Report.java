package org.bulkhead.benchmarks.usb;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;

/** What is written of the figures. */
final class Report {

  private Report() {}

  static String lines(Matrix matrix) {
    StringBuilder text = new StringBuilder(Line.HEAD);
    Line.of(matrix).forEach(line -> text.append(line.row()));
    return text.toString();
  }

  static String points(Matrix matrix) {
    StringBuilder text =
        new StringBuilder(
            "| device | what | C, MB/s | usb4java | Bulkhead | by a handler"
                + " | CPU µs per transfer: C | usb4java | Bulkhead | by a handler |\n"
                + "|---|---|---|---|---|---|---|---|---|---|\n");
    for (Point point : matrix.compared()) {
      String handler = "bulkhead handler";
      boolean handled = point.ways().containsKey(handler);
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %.1f | %.1f %% | %.1f %% | %s | %.2f | %.2f | %.2f | %s |%n",
              point.device().title,
              point.title(),
              point.median(Point.C, Sample::megabytesPerSecond),
              100 * point.ratio(Point.PLAIN, Point.C, Sample::megabytesPerSecond),
              100 * point.ratio(Point.OURS, Point.C, Sample::megabytesPerSecond),
              handled
                  ? String.format(
                      Locale.ROOT,
                      "%.1f %%",
                      100 * point.ratio(handler, Point.C, Sample::megabytesPerSecond))
                  : "",
              point.median(Point.C, Sample::cpuMicrosPerTransfer),
              point.median(Point.PLAIN, Sample::cpuMicrosPerTransfer),
              point.median(Point.OURS, Sample::cpuMicrosPerTransfer),
              handled
                  ? String.format(
                      Locale.ROOT, "%.2f", point.median(handler, Sample::cpuMicrosPerTransfer))
                  : ""));
    }
    return text.toString();
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

  static String json(Matrix matrix, int rounds, int millis) {
    List<String> points = matrix.points().stream().map(Point::json).toList();
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
