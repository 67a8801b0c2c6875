package org.bulkhead.benchmarks.usb;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** What is written of the figures. */
final class Report {

  private static final String BEGIN = "<!-- %s by ./bench -->";
  private static final String END = "<!-- end of %s -->";

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
    for (Point point : matrix.points()) {
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

  /** Replaces what stands between two marks, where a file has them. */
  static void between(Path file, String name, String figures) throws IOException {
    String text = Files.readString(file);
    int begin = text.indexOf(BEGIN.formatted(name));
    int end = text.indexOf(END.formatted(name));
    if (begin >= 0 && end > begin) {
      Files.writeString(
          file,
          text.substring(0, begin + BEGIN.formatted(name).length())
              + "\n"
              + figures
              + text.substring(end));
    }
  }
}
