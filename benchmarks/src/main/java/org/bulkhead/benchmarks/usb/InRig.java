package org.bulkhead.benchmarks.usb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bulkhead.benchmarks.Marked;
import org.bulkhead.benchmarks.Rounds;

/**
 * The same engines on a real kernel: its gadget ss_lb and an emulated stick, in the rig. A device
 * has one user there, so that engines take turns as processes.
 */
public final class InRig {

  private static final int WARM_UP_MILLIS = 8_000;

  /** A session and a driver are more code, which an emulated processor takes long to compile. */
  private static final int DRIVER_WARM_UP_MILLIS = 30_000;

  private static final int MILLIS = 2_000;

  /** A device of the rig's, and what is measured on it. */
  private record Subject(String title, String target, int warmUpMillis, List<Point> points) {

    void measure(Path rig, String engine) throws IOException {
      try (Child child = Child.elsewhere(engine, program(rig, engine))) {
        for (Point point : points) {
          Command command = point.ways().get(engine);
          if (!engine.equals(Point.C)) {
            child.run(new Command(command.mode(), command.size(), command.depth(), warmUpMillis));
          }
          point.samples().get(engine).add(child.run(command));
        }
      }
    }

    private List<String> program(Path rig, String engine) {
      String run =
          engine.equals(Point.C)
              ? "./engine " + target
              : "java -cp 'classes:lib/*' -D%s=%s %s %s"
                  .formatted(Target.PROPERTY, target, Worker.class.getName(), engine);
      return List.of(rig.toString(), "exec", "cd /tmp/bench && exec " + run);
    }

    String rows() {
      StringBuilder rows = new StringBuilder();
      for (Point point : points) {
        rows.append(
            String.format(
                Locale.ROOT,
                "| %s | %s | %.2f | %.0f | %.1f %% | %.1f %% |%n",
                title,
                point.title(),
                point.median(Point.C, Sample::megabytesPerSecond),
                point.median(Point.C, sample -> sample.nanos() / 1e3 / sample.transfers()),
                100 * point.ratio(Point.PLAIN, Point.C, Sample::megabytesPerSecond),
                100 * point.ratio(Point.OURS, Point.C, Sample::megabytesPerSecond)));
      }
      return rows.toString();
    }
  }

  private InRig() {}

  /**
   * Measures and prints.
   *
   * @param args the rig's command, the folder of the project, "short" or "full", the file for the
   *     raw data, the two devices as {@link Target} reads them, and "write" to write the table too
   * @throws Exception where an engine fails
   */
  public static void main(String[] args) throws Exception {
    Path rig = Path.of(args[0]).toAbsolutePath();
    int rounds = Rounds.or(args[2].equals("short") ? 1 : 5);
    List<Subject> subjects =
        List.of(
            new Subject(
                "gadget ss_lb",
                args[4],
                WARM_UP_MILLIS,
                List.of(
                    Point.all(Device.RIG, "sync", 16 << 10, 1, MILLIS),
                    Point.all(Device.RIG, "async", 16 << 10, 4, MILLIS),
                    Point.all(Device.RIG, "async", 64 << 10, 16, MILLIS))),
            new Subject(
                "emulated stick",
                args[5],
                DRIVER_WARM_UP_MILLIS,
                List.of(Point.all(Device.RIG, "block", 64 << 10, 1, MILLIS))));
    for (int round = 0; round < rounds; round++) {
      for (Subject subject : subjects) {
        System.err.printf("bench: rig, %s: round %d of %d%n", subject.title, round + 1, rounds);
        for (String engine : List.of(Point.C, Point.PLAIN, Point.OURS)) {
          subject.measure(rig, engine);
        }
      }
    }
    StringBuilder table =
        new StringBuilder(
            "| device | what | C, MB/s | C, µs for each | usb4java | Bulkhead |\n"
                + "|---|---|---|---|---|---|\n");
    List<String> points = new ArrayList<>();
    for (Subject subject : subjects) {
      table.append(subject.rows());
      subject.points.forEach(point -> points.add(point.json()));
    }
    table.append('\n').append(Report.machine(rounds, MILLIS));
    Files.writeString(Path.of(args[3]), "{\"points\":[\n" + String.join(",\n", points) + "]}\n");
    if (args.length > 6) {
      Marked.between(Path.of(args[1], "docs/performance.md"), "rig", table.toString());
    }
    System.out.print(table);
  }
}
