package org.bulkhead.benchmarks.usb;

import java.util.ArrayList;
import java.util.List;

/** What is measured. */
final class Matrix {

  /** Of 16 KiB at 400 MB/s. */
  private static final int HALF_RATE = 400_000_000 / (16 << 10) / 2;

  /** In 8 rounds a million samples. */
  private static final int OPEN_MILLIS = 11_000;

  private static final int[] SIZES = {512, 16 << 10, 64 << 10, 1 << 20};

  final List<Point> streams = new ArrayList<>();
  final List<Point> worked = new ArrayList<>();
  final List<Point> copied = new ArrayList<>();
  final List<Point> bare = new ArrayList<>();
  final Point sequential;
  final Point trip;
  final Point block;
  final Point synchronous;
  final Point open;

  /**
   * The short form has fewer depths.
   *
   * @param millis of each round
   */
  Matrix(boolean brief, int millis) {
    int openMillis = brief ? OPEN_MILLIS / 4 : OPEN_MILLIS;
    int[] depths = brief ? new int[] {4, 16} : new int[] {1, 4, 16, 32};
    for (Device device : List.of(Device.FAST, Device.SLOW)) {
      for (int size : SIZES) {
        for (int depth : depths) {
          // On a slow bus one large transfer takes longer than a round.
          int longer = Math.max(millis, size / 1000 * depth / (device == Device.SLOW ? 10 : 50));
          streams.add(streamed(device, size, depth, longer));
        }
      }
    }
    for (int size : SIZES) {
      for (int depth : depths) {
        if (size > 512) {
          worked.add(handled(Device.WORK, size, depth, millis));
        }
        copied.add(handled(Device.COPY, size, depth, millis));
        if (size < 1 << 20) {
          bare.add(handled(Device.INSTANT, size, depth, millis));
        }
      }
    }
    sequential =
        Point.of(Device.FAST, "16 KiB, one after the other and streamed")
            .with(Point.C, "async", 16 << 10, 8, millis)
            .with(Point.PLAIN, "sync", 16 << 10, 1, millis)
            .with(Point.OURS, "sync", 16 << 10, 1, millis)
            .with(Point.reader(Point.OURS), "stream", 16 << 10, 8, millis)
            .with(Point.reader(Point.NEWER), "stream", 16 << 10, 8, millis);
    trip = Point.all(Device.INSTANT, "trip", 64, 1, 2 * millis);
    synchronous = Point.all(Device.INSTANT, "sync", 16 << 10, 1, millis);
    block = Point.all(Device.FAST, "block", 64 << 10, 1, 2 * millis);
    open =
        Point.of(Device.FAST, "open loop, 16 KiB at %d a second".formatted(HALF_RATE))
            .with(Point.C, "open", 16 << 10, HALF_RATE, openMillis)
            .with(Point.PLAIN, "open", 16 << 10, HALF_RATE, openMillis)
            .with(Point.OURS, "open", 16 << 10, HALF_RATE, openMillis)
            .with(Point.NEWER, "open", 16 << 10, HALF_RATE, openMillis);
  }

  /** With supervision and weaving, and without. */
  static List<Point> guarded(int millis) {
    return List.of(
        guarded("async", 16 << 10, 16, millis),
        guarded("async", 64 << 10, 16, millis),
        guarded("block", 64 << 10, 1, millis));
  }

  private static Point guarded(String mode, int size, int depth, int millis) {
    return Point.of(
            Device.COPY,
            mode + " " + Point.bytes(size) + (depth > 1 ? " × " + depth : "") + ", guarded or not")
        .with(Point.OURS, mode, size, depth, millis)
        .with(Point.OFF, mode, size, depth, millis)
        .with(Point.NEWER, mode, size, depth, millis)
        .with(Point.NEWER_OFF, mode, size, depth, millis);
  }

  private static Point streamed(Device device, int size, int depth, int millis) {
    return Point.all(device, "async", size, depth, millis)
        .with(Point.reader(Point.OURS), "stream", size, depth, millis)
        .with(Point.reader(Point.NEWER), "stream", size, depth, millis);
  }

  private static Point handled(Device device, int size, int depth, int millis) {
    return streamed(device, size, depth, millis)
        .with(Point.handler(Point.OURS), "handler", size, depth, millis);
  }

  List<Point> of(Device device) {
    return points().stream().filter(point -> point.device() == device).toList();
  }

  /** Those that C and plain usb4java are in as well. */
  List<Point> compared() {
    List<Point> all = new ArrayList<>(points());
    all.remove(open);
    return all;
  }

  List<Point> points() {
    List<Point> all = new ArrayList<>(streams);
    all.addAll(worked);
    all.addAll(copied);
    all.addAll(bare);
    all.addAll(List.of(sequential, trip, synchronous, block));
    all.add(open);
    return all;
  }
}
