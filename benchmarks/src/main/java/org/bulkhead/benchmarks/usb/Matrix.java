package org.bulkhead.benchmarks.usb;

import java.util.ArrayList;
import java.util.List;

/** What is measured. */
final class Matrix {

  private static final int[] SIZES = {512, 16 << 10, 64 << 10, 1 << 20};

  final List<Point> streams = new ArrayList<>();
  final List<Point> worked = new ArrayList<>();
  final List<Point> copied = new ArrayList<>();
  final List<Point> bare = new ArrayList<>();
  final Point sequential;
  final Point trip;
  final Point block;
  final Point synchronous;

  /**
   * The short form has fewer depths.
   *
   * @param millis of each round
   */
  Matrix(boolean brief, int millis) {
    int[] depths = brief ? new int[] {4, 16} : new int[] {1, 2, 4, 8, 16, 32};
    for (Device device : List.of(Device.FAST, Device.SLOW)) {
      for (int size : SIZES) {
        for (int depth : depths) {
          // On a slow bus one large transfer takes longer than a round.
          int longer = Math.max(millis, size / 1000 * depth / (device == Device.SLOW ? 5 : 50));
          streams.add(Point.all(device, "async", size, depth, longer));
        }
      }
    }
    for (int size : SIZES) {
      for (int depth : depths) {
        if (size > 512) {
          worked.add(async(Device.WORK, size, depth, millis));
        }
        copied.add(async(Device.COPY, size, depth, millis));
        if (size < 1 << 20) {
          bare.add(async(Device.INSTANT, size, depth, millis));
        }
      }
    }
    sequential =
        Point.of(Device.FAST, "16 KiB, one after the other and streamed")
            .with(Point.C, "async", 16 << 10, 8, millis)
            .with(Point.PLAIN, "sync", 16 << 10, 1, millis)
            .with(Point.OURS, "sync", 16 << 10, 1, millis)
            .with("bulkhead reader", "stream", 16 << 10, 8, millis);
    trip = Point.all(Device.INSTANT, "trip", 64, 1, 2 * millis);
    synchronous = Point.all(Device.INSTANT, "sync", 16 << 10, 1, millis);
    block = Point.all(Device.FAST, "block", 64 << 10, 1, 2 * millis);
  }

  private static Point async(Device device, int size, int depth, int millis) {
    return Point.all(device, "async", size, depth, millis)
        .with("bulkhead handler", "handler", size, depth, millis);
  }

  List<Point> of(Device device) {
    return points().stream().filter(point -> point.device() == device).toList();
  }

  List<Point> points() {
    List<Point> all = new ArrayList<>(streams);
    all.addAll(worked);
    all.addAll(copied);
    all.addAll(bare);
    all.addAll(List.of(sequential, trip, synchronous, block));
    return all;
  }
}
