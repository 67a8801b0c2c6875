package org.bulkhead.benchmarks.usb;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;

/**
 * A line of what must be shown, on the JVM that the distribution asks for and on one with foreign
 * functions.
 *
 * @param what what is compared
 * @param device on which device
 * @param required in words
 * @param older on this JVM
 * @param newer on the newer one
 */
record Line(String what, String device, String required, Result older, Result newer) {

  static final String HEAD =
      "| what | device | required | Java %d | | Java 25 | |\n|---|---|---|---|---|---|---|\n"
          .formatted(Runtime.version().feature());

  /**
   * What came of it.
   *
   * @param measured in words
   * @param verdict met, or by how much it is missed
   */
  private record Result(String measured, String verdict) {

    static final Result NONE = new Result("not measured", "");
  }

  String row() {
    return "| %s | %s | %s | %s | %s | %s | %s |%n"
        .formatted(
            what, device, required, older.measured, older.verdict, newer.measured, newer.verdict);
  }

  static List<Line> of(Matrix m) {
    return List.of(
        streaming(m, Device.FAST),
        streaming(m, Device.SLOW),
        work(m),
        cpuAdded(m),
        cpuPerGiB(m),
        sequential(m),
        trip(m, 0, "p50", 1.1),
        trip(m, 2, "p99.9", 1.5),
        allocated(m),
        calls(m),
        block(m),
        open(m, 99.9, "p99.9", 2),
        open(m, 99.99, "p99.99", 5));
  }

  static List<Line> ofSupervision(List<Point> points) {
    return List.of(
        guarded(
            points,
            "supervision and weaving on against off, throughput: the worst of three points",
            Sample::megabytesPerSecond,
            true,
            0.99),
        guarded(points, "the same, processor time", Sample::cpuMicrosPerTransfer, false, 1.04));
  }

  /** The line of a point, where the point has our engine on that JVM. */
  private static Line line(
      String what, Point point, String required, Function<String, Result> result) {
    return line(what, point.device(), required, List.of(point), result);
  }

  private static Line line(
      String what,
      Device device,
      String required,
      List<Point> points,
      Function<String, Result> result) {
    return new Line(
        what,
        device.title,
        required,
        result.apply(Point.OURS),
        points.stream().allMatch(p -> p.has(Point.NEWER))
            ? result.apply(Point.NEWER)
            : Result.NONE);
  }

  private static Line streaming(Matrix m, Device device) {
    List<Point> points =
        m.streams.stream().filter(p -> p.device() == device && depth(p) >= 4).toList();
    return atLeast(
        "bulk streaming by the reader, 512 B to 1 MiB, depth ≥ 4, against asynchronous C:"
            + " the worst point",
        points,
        0.98);
  }

  private static Line work(Matrix m) {
    return atLeast(
        "bulk streaming ≥ 16 KiB, depth ≥ 4, the same",
        m.worked.stream().filter(p -> depth(p) >= 4).toList(),
        0.85);
  }

  private static int depth(Point point) {
    return point.ways().get(Point.C).depth();
  }

  private static Line atLeast(String what, List<Point> points, double required) {
    return line(
        what,
        points.get(0).device(),
        percent(required),
        points,
        ours -> {
          ToDoubleFunction<Point> ratio = p -> share(p, Point.reader(ours));
          Point worst = points.stream().min(Comparator.comparingDouble(ratio)).orElseThrow();
          double value = ratio.applyAsDouble(worst);
          return new Result(
              "%s (%s; by `reap` %s, usb4java %s there); the middle point %s"
                  .formatted(
                      percent(value),
                      worst.title(),
                      percent(share(worst, ours)),
                      percent(share(worst, Point.PLAIN)),
                      percent(Point.median(points.stream().mapToDouble(ratio).toArray()))),
              value >= required ? "met" : "missed by " + percent(required - value));
        });
  }

  private static double share(Point point, String way) {
    return point.ratio(way, Point.C, Sample::megabytesPerSecond);
  }

  private static Line cpuAdded(Matrix m) {
    Point point = find(m.bare, 16 << 10, 16);
    return line(
        "CPU added per transfer over asynchronous C, " + point.title(),
        point,
        "≤ 0.6 µs",
        ours -> {
          double added = added(point, ours);
          return new Result(
              number(
                  "%.2f µs (by the reader %.2f; usb4java %.2f)",
                  added, added(point, Point.reader(ours)), added(point, Point.PLAIN)),
              added <= 0.6 ? "met" : number("missed by %.2f µs", added - 0.6));
        });
  }

  private static double added(Point point, String way) {
    return point.difference(way, Point.C, Sample::cpuMicrosPerTransfer);
  }

  private static Line cpuPerGiB(Matrix m) {
    Point point = find(m.copied, 64 << 10, 16);
    return line(
        "CPU per GiB at 64 KiB against C, " + point.title(),
        point,
        "≤ 1.4×",
        ours -> {
          double ratio = point.ratio(ours, Point.C, Sample::cpuSecondsPerGiB);
          return new Result(
              number(
                  "%.2f× (%.2f s; usb4java %.2f×)",
                  ratio,
                  point.median(ours, Sample::cpuSecondsPerGiB),
                  point.ratio(Point.PLAIN, Point.C, Sample::cpuSecondsPerGiB)),
              atMost(ratio, 1.4));
        });
  }

  private static Line sequential(Matrix m) {
    Point point = m.sequential;
    return line(
        "sequential 16 KiB by the streaming reader, 8 transfers, against plain synchronous usb4java",
        point.device(),
        "≥ 4×",
        List.of(m.trip),
        ours -> {
          double value = point.ratio(Point.reader(ours), Point.PLAIN, Sample::megabytesPerSecond);
          return new Result(
              number("%.2f×", value), value >= 4 ? "met" : number("missed by %.2f×", 4 - value));
        });
  }

  private static Line trip(Matrix m, int percentile, String name, double required) {
    return line(
        "64-byte round trip against plain usb4java, " + name,
        m.trip,
        number("≤ %.1f×", required),
        ours -> {
          double value = m.trip.ratio(ours, Point.PLAIN, s -> s.latency(percentile));
          return new Result(
              number(
                  "%.2f× (%.1f µs, usb4java %.1f µs)",
                  value,
                  m.trip.median(ours, s -> s.latency(percentile)) / 1000,
                  m.trip.median(Point.PLAIN, s -> s.latency(percentile)) / 1000),
              atMost(value, required));
        });
  }

  private static Line allocated(Matrix m) {
    Point point = find(m.bare, 16 << 10, 16);
    return line(
        "bytes allocated per transfer, steady state",
        point,
        "0",
        ours -> {
          double queued = point.median(ours, Sample::allocatedPerTransfer);
          double alone = m.synchronous.median(ours, Sample::allocatedPerTransfer);
          return new Result(
              number("%.3f queued, %.3f synchronous", queued, alone),
              Math.max(queued, alone) < 0.5 ? "met" : "missed");
        });
  }

  private static Line calls(Matrix m) {
    Point point = m.synchronous;
    Point queued = find(m.streams, 16 << 10, 16);
    return line(
        "ioctls and polls per transfer, synchronous (and queued, "
            + queued.title()
            + " on "
            + queued.device().title
            + ")",
        point,
        "as many as C",
        ours -> {
          double ioctls = point.median(ours, Sample::ioctlsPerTransfer);
          double polls = point.median(ours, Sample::pollsPerTransfer);
          return new Result(
              "%s, C %s (%s, C %s)"
                  .formatted(
                      calls(point, ours),
                      calls(point, Point.C),
                      calls(queued, ours),
                      calls(queued, Point.C)),
              ioctls <= point.median(Point.C, Sample::ioctlsPerTransfer) * 1.01
                      && polls <= point.median(Point.C, Sample::pollsPerTransfer) * 1.01
                  ? "met"
                  : "missed");
        });
  }

  private static String calls(Point point, String way) {
    return number(
        "%.2f and %.2f",
        point.median(way, Sample::ioctlsPerTransfer), point.median(way, Sample::pollsPerTransfer));
  }

  private static Line block(Matrix m) {
    return line(
        "block reads of 64 KiB through driver and session, against the same commands in C",
        m.block,
        percent(0.97),
        ours -> {
          double ratio = share(m.block, ours);
          return new Result(
              percent(ratio) + " (usb4java " + percent(share(m.block, Point.PLAIN)) + ")",
              ratio >= 0.97 ? "met" : "missed by " + percent(0.97 - ratio));
        });
  }

  private static Line open(Matrix m, double percentile, String name, double required) {
    return line(
        m.open.title() + ", half the peak, from when each was to begin, against C: " + name,
        m.open,
        number("≤ %.0f×", required),
        way -> {
          Histogram ours = m.open.latencies(way);
          double value = ours.getValueAtPercentile(percentile) / 1e3;
          double c = m.open.latencies(Point.C).getValueAtPercentile(percentile) / 1e3;
          double plain = m.open.latencies(Point.PLAIN).getValueAtPercentile(percentile) / 1e3;
          return new Result(
              number(
                  "%.2f× (%.0f µs, C %.0f µs, usb4java %.0f µs; %d samples each)",
                  value / c, value, c, plain, ours.getTotalCount()),
              atMost(value / c, required));
        });
  }

  private static Line guarded(
      List<Point> points,
      String what,
      ToDoubleFunction<Sample> figure,
      boolean moreIsBetter,
      double bound) {
    return line(
        what,
        points.get(0).device(),
        number("%s %.0f %%", moreIsBetter ? "≥" : "≤", bound * 100),
        points,
        ours -> {
          Comparator<Point> byRatio =
              Comparator.comparingDouble(p -> p.ratio(ours, Point.off(ours), figure));
          Point worst =
              points.stream().min(moreIsBetter ? byRatio : byRatio.reversed()).orElseThrow();
          double value = worst.ratio(ours, Point.off(ours), figure);
          double missing = moreIsBetter ? bound - value : value - bound;
          return new Result(
              percent(value)
                  + " (%s; half of the rounds %s)"
                      .formatted(worst.title(), worst.quartiles(ours, Point.off(ours), figure)),
              missing <= 0 ? "met" : "missed by " + percent(missing));
        });
  }

  private static Point find(List<Point> points, int size, int depth) {
    return points.stream()
        .filter(p -> p.ways().get(Point.C).size() == size && depth(p) == depth)
        .findFirst()
        .orElseThrow();
  }

  private static String atMost(double value, double required) {
    return value <= required ? "met" : number("missed by %.2f×", value - required);
  }

  private static String percent(double share) {
    return number("%.1f %%", share * 100);
  }

  private static String number(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
