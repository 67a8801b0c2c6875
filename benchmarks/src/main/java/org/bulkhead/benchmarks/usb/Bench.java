package org.bulkhead.benchmarks.usb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bulkhead.benchmarks.Marked;
import org.bulkhead.benchmarks.Rounds;

/** Runs all engines over all devices, round by round, and writes the figures. */
public final class Bench {

  private static final int WARM_UP_MILLIS = 1_500;
  private static final int MILLIS = 150;

  /** Rounds of a pair of JVMs that differ in supervision. */
  private static final int OFTEN = 6;

  /** The home of a JDK with foreign functions, or empty. */
  static final String NEWER_JDK = System.getProperty("bulkhead.benchmarks.jdk25", "");

  private final Path folder;

  private Bench(Path folder) {
    this.folder = folder;
  }

  /**
   * Measures and prints.
   *
   * @param args the folder of the stand-in, the folder of the project, "short", "full" or "check",
   *     the file for the raw data, "bench", "jvms" or "supervision", and "write" to write the
   *     tables too
   * @throws Exception where an engine fails
   */
  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]).toAbsolutePath();
    boolean brief = args[2].equals("short");
    if (args[2].equals("check")) {
      check(new Bench(folder));
      return;
    }
    Path page = args.length > 5 ? Path.of(args[1], "docs/performance.md") : null;
    if (args[4].equals("jvms")) {
      Jvms jvms = new Jvms(folder, Rounds.or(brief ? 1 : 4));
      jvms.measure();
      Files.writeString(Path.of(args[3]), jvms.json());
      show(page, "jvms", jvms.table());
      return;
    }
    Bench bench = new Bench(folder);
    if (args[4].equals("supervision")) {
      bench.supervision(Rounds.or(brief ? 4 : 24), Path.of(args[3]), page);
      return;
    }
    int rounds = Rounds.or(8);
    Matrix matrix = new Matrix(brief, MILLIS);
    withNewerWhereThereIsOne(matrix.points());
    for (Device device : Device.values()) {
      List<Point> points = matrix.of(device);
      if (!points.isEmpty()) {
        bench.measure(device, points, rounds);
      }
    }
    String machine = "\n" + Report.machine(rounds, MILLIS);
    Files.writeString(Path.of(args[3]), Report.json(matrix.points(), rounds, MILLIS));
    Report.histograms(matrix.open, Path.of(args[3].replaceFirst("(\\.json)?$", ".hlog")));
    if (page != null) {
      Marked.between(
          Path.of(args[1], "benchmarks/README.md"), "points", Report.points(matrix) + machine);
    }
    show(page, "lines", Report.lines(Line.of(matrix)) + machine);
  }

  /** A JVM compiles the same code better or worse each time, by more than what is asked for. */
  private void supervision(int pairs, Path json, Path page) throws IOException {
    List<Point> points = Matrix.guarded(MILLIS);
    withNewerWhereThereIsOne(points);
    for (int pair = 0; pair < pairs; pair++) {
      System.err.printf("bench: JVMs: pair %d of %d%n", pair + 1, pairs);
      measure(points.get(0).device(), points, OFTEN);
    }
    Files.writeString(json, Report.json(points, pairs * OFTEN, MILLIS));
    show(
        page,
        "supervision",
        Report.lines(Line.ofSupervision(points))
            + "\nOf "
            + pairs
            + " pairs of JVMs. "
            + Report.machine(pairs * OFTEN, MILLIS));
  }

  private static void withNewerWhereThereIsOne(List<Point> points) {
    if (NEWER_JDK.isEmpty()) {
      points.forEach(Point::withoutNewer);
    }
  }

  private static void show(Path page, String name, String figures) throws IOException {
    if (page != null) {
      Marked.between(page, name, figures);
    }
    System.out.print(figures);
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
      children.put(engine, Child.onStandIn(engine, program(engine), folder, device.settings));
    }
    return children;
  }

  private void measure(Device device, List<Point> points, int rounds) throws IOException {
    List<String> engines =
        points.stream()
            .flatMap(point -> point.ways().keySet().stream())
            .map(Point::engine)
            .distinct()
            .toList();
    Map<String, Child> children = start(device, engines);
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
    boolean newer = Point.isNewer(engine);
    return List.of(
        Path.of(newer ? NEWER_JDK : System.getProperty("java.home"), "bin", "java").toString(),
        "--enable-native-access=ALL-UNNAMED",
        "-cp",
        System.getProperty("java.class.path"),
        Worker.class.getName(),
        engine.replace("-25", ""));
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
