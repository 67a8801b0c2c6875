package org.bulkhead.benchmarks.usb;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;

/**
 * A line of what must be shown.
 *
 * @param what what is compared
 * @param device on which device
 * @param required in words
 * @param measured in words
 * @param verdict met, or by how much it is missed
 */
record Line(String what, String device, String required, String measured, String verdict) {

  static final String HEAD = "| what | device | required | measured | |\n|---|---|---|---|---|\n";

  String row() {
    return "| %s | %s | %s | %s | %s |%n".formatted(what, device, required, measured, verdict);
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
        open(m, 99.99, "p99.99", 5),
        guarded(
            m,
            "supervision and weaving on against off, throughput: the worst of three points",
            Sample::megabytesPerSecond,
            true,
            0.99),
        guarded(m, "the same, processor time", Sample::cpuMicrosPerTransfer, false, 1.04));
  }

  private static Line streaming(Matrix m, Device device) {
    List<Point> points =
        m.streams.stream().filter(p -> p.device() == device && depth(p) >= 4).toList();
    return atLeast(
        "bulk streaming, 512 B to 1 MiB, depth ≥ 4, against asynchronous C: the worst point",
        points,
        Point.OURS,
        0.98);
  }

  private static Line work(Matrix m) {
    return atLeast(
        "bulk streaming ≥ 16 KiB, depth ≥ 4, the same",
        m.worked.stream().filter(p -> depth(p) >= 4).toList(),
        Point.OURS,
        0.85);
  }

  private static int depth(Point point) {
    return point.ways().get(Point.C).depth();
  }

  private static Line atLeast(String what, List<Point> points, String way, double required) {
    ToDoubleFunction<Point> ratio = p -> p.ratio(way, Point.C, Sample::megabytesPerSecond);
    Point worst = points.stream().min(Comparator.comparingDouble(ratio)).orElseThrow();
    double middle = Point.median(points.stream().mapToDouble(ratio).toArray());
    double plain = worst.ratio(Point.PLAIN, Point.C, Sample::megabytesPerSecond);
    double value = ratio.applyAsDouble(worst);
    return new Line(
        what,
        worst.device().title,
        percent(required),
        "%s (%s; usb4java %s there); the middle point %s"
            .formatted(percent(value), worst.title(), percent(plain), percent(middle)),
        value >= required ? "met" : "missed by " + percent(required - value));
  }

  private static Line cpuAdded(Matrix m) {
    Point point = find(m.bare, 16 << 10, 16);
    double added = point.difference(Point.OURS, Point.C, Sample::cpuMicrosPerTransfer);
    double handled = point.difference("bulkhead handler", Point.C, Sample::cpuMicrosPerTransfer);
    double plain = point.difference(Point.PLAIN, Point.C, Sample::cpuMicrosPerTransfer);
    return new Line(
        "CPU added per transfer over asynchronous C, " + point.title(),
        point.device().title,
        "≤ 0.6 µs",
        number("%.2f µs (by a handler %.2f; usb4java %.2f)", added, handled, plain),
        added <= 0.6 ? "met" : number("missed by %.2f µs", added - 0.6));
  }

  private static Line cpuPerGiB(Matrix m) {
    Point point = find(m.copied, 64 << 10, 16);
    double ratio = point.ratio(Point.OURS, Point.C, Sample::cpuSecondsPerGiB);
    double plain = point.ratio(Point.PLAIN, Point.C, Sample::cpuSecondsPerGiB);
    double seconds = point.median(Point.OURS, Sample::cpuSecondsPerGiB);
    return new Line(
        "CPU per GiB at 64 KiB against C, " + point.title(),
        point.device().title,
        "≤ 1.4×",
        number("%.2f× (%.2f s; usb4java %.2f×)", ratio, seconds, plain),
        atMost(ratio, 1.4));
  }

  private static Line sequential(Matrix m) {
    Point point = m.sequential;
    double value = point.ratio("bulkhead reader", Point.PLAIN, Sample::megabytesPerSecond);
    return new Line(
        "sequential 16 KiB by the streaming reader, 8 transfers, against plain synchronous usb4java",
        point.device().title,
        "≥ 4×",
        number("%.2f×", value),
        value >= 4 ? "met" : number("missed by %.2f×", 4 - value));
  }

  private static Line trip(Matrix m, int percentile, String name, double required) {
    double value = m.trip.ratio(Point.OURS, Point.PLAIN, s -> s.latency(percentile));
    double micros = m.trip.median(Point.OURS, s -> s.latency(percentile)) / 1000;
    double plain = m.trip.median(Point.PLAIN, s -> s.latency(percentile)) / 1000;
    return new Line(
        "64-byte round trip against plain usb4java, " + name,
        m.trip.device().title,
        number("≤ %.1f×", required),
        number("%.2f× (%.1f µs, usb4java %.1f µs)", value, micros, plain),
        atMost(value, required));
  }

  private static Line allocated(Matrix m) {
    Point point = find(m.bare, 16 << 10, 16);
    double bytes = point.median(Point.OURS, Sample::allocatedPerTransfer);
    double alone = m.synchronous.median(Point.OURS, Sample::allocatedPerTransfer);
    return new Line(
        "bytes allocated per transfer, steady state",
        point.device().title,
        "0",
        number("%.3f queued, %.3f synchronous", bytes, alone),
        Math.max(bytes, alone) < 0.5 ? "met" : "missed");
  }

  private static Line calls(Matrix m) {
    Point point = m.synchronous;
    Point queued = find(m.streams, 16 << 10, 16);
    double ours = point.median(Point.OURS, Sample::ioctlsPerTransfer);
    double c = point.median(Point.C, Sample::ioctlsPerTransfer);
    double oursPolls = point.median(Point.OURS, Sample::pollsPerTransfer);
    double polls = point.median(Point.C, Sample::pollsPerTransfer);
    return new Line(
        "ioctls and polls per transfer, synchronous (and queued, " + queued.title() + ")",
        point.device().title + " (" + queued.device().title + ")",
        "as many as C",
        number("%.2f and %.2f, C %.2f and %.2f", ours, oursPolls, c, polls)
            + number(
                " (%.2f and %.2f, C %.2f and %.2f)",
                queued.median(Point.OURS, Sample::ioctlsPerTransfer),
                queued.median(Point.OURS, Sample::pollsPerTransfer),
                queued.median(Point.C, Sample::ioctlsPerTransfer),
                queued.median(Point.C, Sample::pollsPerTransfer)),
        ours <= c * 1.01 && oursPolls <= polls * 1.01 ? "met" : "missed");
  }

  private static Line block(Matrix m) {
    double ratio = m.block.ratio(Point.OURS, Point.C, Sample::megabytesPerSecond);
    double plain = m.block.ratio(Point.PLAIN, Point.C, Sample::megabytesPerSecond);
    return new Line(
        "block reads of 64 KiB through driver and session, against the same commands in C",
        m.block.device().title,
        percent(0.97),
        percent(ratio) + " (usb4java " + percent(plain) + ")",
        ratio >= 0.97 ? "met" : "missed by " + percent(0.97 - ratio));
  }

  private static Line open(Matrix m, double percentile, String name, double required) {
    double c = m.open.latencies(Point.C).getValueAtPercentile(percentile) / 1e3;
    double plain = m.open.latencies(Point.PLAIN).getValueAtPercentile(percentile) / 1e3;
    Histogram ours = m.open.latencies(Point.OURS);
    double value = ours.getValueAtPercentile(percentile) / 1e3;
    return new Line(
        m.open.title() + ", half the peak, from when each was to begin, against C: " + name,
        m.open.device().title,
        number("≤ %.0f×", required),
        number(
            "%.2f× (%.0f µs, C %.0f µs, usb4java %.0f µs; %d samples each)",
            value / c, value, c, plain, ours.getTotalCount()),
        atMost(value / c, required));
  }

  private static Line guarded(
      Matrix m, String what, ToDoubleFunction<Sample> figure, boolean moreIsBetter, double bound) {
    Comparator<Point> byRatio =
        Comparator.comparingDouble(p -> p.ratio(Point.OURS, Point.OFF, figure));
    Point worst = m.guarded.stream().min(moreIsBetter ? byRatio : byRatio.reversed()).orElseThrow();
    double value = worst.ratio(Point.OURS, Point.OFF, figure);
    double missing = moreIsBetter ? bound - value : value - bound;
    return new Line(
        what,
        worst.device().title,
        number("%s %.0f %%", moreIsBetter ? "≥" : "≤", bound * 100),
        percent(value)
            + " (%s; half of the rounds %s)"
                .formatted(worst.title(), worst.quartiles(Point.OURS, Point.OFF, figure)),
        missing <= 0 ? "met" : "missed by " + percent(missing));
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
