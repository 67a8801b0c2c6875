package org.bulkhead.benchmarks.usb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs all engines over all devices, round by round, and writes the figures. */
public final class Bench {

  private static final int WARM_UP_MILLIS = 1_500;

  private final Path folder;
  private final int rounds;

  private Bench(Path folder, int rounds) {
    this.folder = folder;
    this.rounds = rounds;
  }

  /**
   * Measures and prints.
   *
   * @param args the folder of the stand-in, the folder of the project, "short" or "full", and the
   *     file for the raw data
   * @throws Exception where an engine fails
   */
  public static void main(String[] args) throws Exception {
    if (args[2].equals("check")) {
      check(new Bench(Path.of(args[0]).toAbsolutePath(), 1));
      return;
    }
    boolean brief = args[2].equals("short");
    int rounds = brief ? 8 : 16;
    int millis = brief ? 150 : 300;
    Matrix matrix = new Matrix(brief, millis);
    Bench bench = new Bench(Path.of(args[0]).toAbsolutePath(), rounds);
    for (Device device : Device.values()) {
      bench.measure(device, matrix.of(device));
    }
    String lines = Report.lines(matrix);
    String machine = "\n" + Report.machine(rounds, millis);
    Files.writeString(Path.of(args[3]), Report.json(matrix, rounds, millis));
    Path project = Path.of(args[1]);
    if (args.length > 4 && args[4].equals("write")) {
      Report.between(project.resolve("docs/performance.md"), "lines", lines + machine);
      Report.between(
          project.resolve("benchmarks/README.md"), "points", Report.points(matrix) + machine);
    }
    System.out.print(lines + machine);
  }

  private static void check(Bench bench) throws IOException {
    // A device with latency, so that each transfer of a queue is waited for.
    Map<String, Child> children = bench.start(Device.FAST, List.of(Point.C, Point.OURS));
    try {
      List<String> wrong = new Check(children).run();
      if (!wrong.isEmpty()) {
        throw new AssertionError(String.join("; ", wrong));
      }
    } finally {
      children.values().forEach(Child::close);
    }
  }

  private Map<String, Child> start(Device device, List<String> engines) throws IOException {
    Map<String, Child> children = new LinkedHashMap<>();
    for (String engine : engines) {
      children.put(engine, new Child(engine, program(engine), folder, device.settings));
    }
    return children;
  }

  private void measure(Device device, List<Point> points) throws IOException {
    Map<String, Child> children = start(device, List.of(Point.C, Point.PLAIN, Point.OURS));
    try {
      warmUp(points, children);
      for (int round = 0; round < rounds; round++) {
        System.err.printf(
            "bench: %s: round %d of %d, %d points%n",
            device.title, round + 1, rounds, points.size());
        for (Point point : points) {
          round(point, children, round);
        }
      }
    } finally {
      children.values().forEach(Child::close);
    }
  }

  private List<String> program(String engine) {
    if (engine.equals(Point.C)) {
      return List.of(folder.resolve("engine").toString());
    }
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-cp",
        System.getProperty("java.class.path"),
        Worker.class.getName(),
        engine);
  }

  /** Each mode once, long enough for the compilers. */
  private static void warmUp(List<Point> points, Map<String, Child> children) throws IOException {
    List<String> done = new ArrayList<>();
    for (Point point : points) {
      for (Map.Entry<String, Command> way : point.ways().entrySet()) {
        String engine = Point.engine(way.getKey());
        Command command = way.getValue();
        if (!engine.equals(Point.C) && !done.contains(engine + command.mode())) {
          done.add(engine + command.mode());
          children
              .get(engine)
              .run(new Command(command.mode(), command.size(), command.depth(), WARM_UP_MILLIS));
        }
      }
    }
  }

  /** One round of a point; who goes first changes, so that a drift favours nobody. */
  private static void round(Point point, Map<String, Child> children, int round)
      throws IOException {
    List<String> ways = new ArrayList<>(point.ways().keySet());
    java.util.Collections.rotate(ways, round);
    for (String way : ways) {
      Sample sample = children.get(Point.engine(way)).run(point.ways().get(way));
      point.samples().get(way).add(sample);
    }
  }
}
