package org.bulkhead.benchmarks.gateway;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bulkhead.benchmarks.Figures;

/** Figures by their names, one of each in every round. */
final class Series {

  private final Map<String, List<Double>> figures = new LinkedHashMap<>();

  void note(String what, double value) {
    figures.computeIfAbsent(what, w -> new ArrayList<>()).add(value);
  }

  void clear() {
    figures.clear();
  }

  double median(String what) {
    return Figures.median(figures.get(what));
  }

  /** The median of the ratios within each round. */
  double ratio(String way, String other) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < figures.get(way).size(); i++) {
      ratios.add(figures.get(way).get(i) / figures.get(other).get(i));
    }
    return Figures.median(ratios);
  }

  String json() {
    List<String> entries = new ArrayList<>();
    figures.forEach((what, values) -> entries.add(" \"" + what + "\":" + values));
    return "{\"java\":\"" + Runtime.version() + "\",\n" + String.join(",\n", entries) + "}\n";
  }

  /** What it was measured with, for the line below a table. */
  static String machine() {
    return String.format(
        Locale.ROOT,
        "Java %s, %d processors, load %.1f at the end.%n",
        Runtime.version().feature(),
        Runtime.getRuntime().availableProcessors(),
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
  }
}
