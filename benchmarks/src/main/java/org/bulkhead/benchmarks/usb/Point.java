package org.bulkhead.benchmarks.usb;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;

/**
 * One device and one thing to do, and what the ways to do it came to, round by round.
 *
 * @param device the device
 * @param title what was done
 * @param ways by name, such as "bulkhead handler": the first word is the engine
 * @param samples by the same names, one for each round
 */
record Point(
    Device device, String title, Map<String, Command> ways, Map<String, List<Sample>> samples) {

  static final String C = "c";
  static final String PLAIN = "usb4java";
  static final String OURS = "bulkhead";

  /** Ours on a JVM that has foreign functions. */
  static final String NEWER = "bulkhead-25";

  /** JavaDoesUSB, which calls libc by Java's foreign-function API. */
  static final String FOREIGN = "javadoesusb";

  /** Ours without weaving and supervision. */
  static final String OFF = "off";

  /** The same on a JVM that has foreign functions. */
  static final String NEWER_OFF = "off-25";

  static Point of(Device device, String title) {
    return new Point(device, title, new LinkedHashMap<>(), new LinkedHashMap<>());
  }

  Point with(String way, String mode, int size, int depth, int millis) {
    ways.put(way, new Command(mode, size, depth, millis));
    samples.put(way, new ArrayList<>());
    return this;
  }

  /** The same mode for all engines. */
  static Point all(Device device, String mode, int size, int depth, int millis) {
    Point point = of(device, mode + " " + bytes(size) + (depth > 1 ? " × " + depth : ""));
    for (String engine : List.of(C, PLAIN, OURS, NEWER)) {
      point.with(engine, mode, size, depth, millis);
    }
    return point;
  }

  /** Of one of our engines, by the streaming reader. */
  static String reader(String engine) {
    return engine + " reader";
  }

  /** Of one of our engines, with completions handed to a handler. */
  static String handler(String engine) {
    return engine + " handler";
  }

  /** One of our engines, without weaving and supervision. */
  static String off(String engine) {
    return engine.equals(NEWER) ? NEWER_OFF : OFF;
  }

  /** Whether an engine needs a JVM that has foreign functions. */
  static boolean isNewer(String engine) {
    return engine.equals(NEWER) || engine.equals(NEWER_OFF);
  }

  /** Leaves out the engines that need a newer JVM, where this machine has none. */
  void withoutNewer() {
    ways.keySet().removeIf(way -> isNewer(engine(way)));
    samples.keySet().removeIf(way -> isNewer(engine(way)));
  }

  boolean has(String way) {
    return ways.containsKey(way);
  }

  static String engine(String way) {
    return way.split(" ")[0];
  }

  double median(String way, ToDoubleFunction<Sample> figure) {
    return median(samples.get(way).stream().mapToDouble(figure).toArray());
  }

  /** The median over the rounds of one way's figure divided by another's. */
  double ratio(String way, String other, ToDoubleFunction<Sample> figure) {
    return median(ratios(way, other, figure));
  }

  /** How far from the median such ratios are in half of the rounds, at each side. */
  String quartiles(String way, String other, ToDoubleFunction<Sample> figure) {
    double[] sorted = ratios(way, other, figure);
    java.util.Arrays.sort(sorted);
    return String.format(
        Locale.ROOT,
        "%.1f–%.1f %%",
        100 * sorted[sorted.length / 4],
        100 * sorted[sorted.length * 3 / 4]);
  }

  private double[] ratios(String way, String other, ToDoubleFunction<Sample> figure) {
    double[] ratios = new double[samples.get(way).size()];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] =
          figure.applyAsDouble(samples.get(way).get(i))
              / figure.applyAsDouble(samples.get(other).get(i));
    }
    return ratios;
  }

  /** All latencies of all rounds. */
  Histogram latencies(String way) {
    Histogram all = new Histogram(3);
    for (Sample sample : samples.get(way)) {
      for (int i = 0; i < sample.histogram().length; i += 2) {
        all.recordValueWithCount(sample.histogram()[i], sample.histogram()[i + 1]);
      }
    }
    return all;
  }

  /** The median over the rounds of the difference. */
  double difference(String way, String other, ToDoubleFunction<Sample> figure) {
    double[] differences = new double[samples.get(way).size()];
    for (int i = 0; i < differences.length; i++) {
      differences[i] =
          figure.applyAsDouble(samples.get(way).get(i))
              - figure.applyAsDouble(samples.get(other).get(i));
    }
    return median(differences);
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    java.util.Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  static String bytes(int size) {
    if (size >= 1 << 20) {
      return (size >> 20) + " MiB";
    }
    return size >= 1 << 10 ? (size >> 10) + " KiB" : size + " B";
  }

  String json() {
    List<String> entries = new ArrayList<>();
    samples.forEach(
        (way, list) ->
            entries.add(
                String.format(
                    Locale.ROOT,
                    "   {\"way\":\"%s\",\"command\":\"%s\",\"rounds\":[\n     %s]}",
                    way,
                    ways.get(way).line(),
                    String.join(",\n     ", list.stream().map(Sample::json).toList()))));
    return "  {\"device\":\""
        + device.settings
        + "\",\"title\":\""
        + title
        + "\",\"ways\":[\n"
        + String.join(",\n", entries)
        + "]}";
  }
}
