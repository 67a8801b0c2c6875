package org.bulkhead.benchmarks.usb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The same on other JVMs and collectors, cold and warm, each in a fresh process. */
final class Jvms {

  private static final Device DEVICE = Device.COPY;
  private static final String FOREIGN_JAR = "benchmarks/target/javadoesusb";
  private static final int COLD_MILLIS = 5_000;
  private static final int WARM_MILLIS = 300;
  private static final int WARM_ROUNDS = 5;

  private static final Map<String, String> COLLECTORS = new LinkedHashMap<>();

  static {
    COLLECTORS.put("Serial", "-XX:+UseSerialGC");
    COLLECTORS.put("Serial, as shipped", "-XX:+UseSerialGC -XX:CompileThresholdScaling=4");
    COLLECTORS.put("Parallel", "-XX:+UseParallelGC");
    COLLECTORS.put("G1", "-XX:+UseG1GC");
    COLLECTORS.put("ZGC", "-XX:+UseZGC");
  }

  /** One JVM with one collector and one engine. */
  private record Jvm(
      Path home, int release, String collector, String engine, Point cold, Point warm, Point trip) {

    static Jvm of(Path home, int release, String collector, String engine) {
      String title = engine + ", Java " + release + ", " + collector;
      return new Jvm(
          home,
          release,
          collector,
          engine,
          point(engine, title + ", cold", "async", 16 << 10, 16, COLD_MILLIS),
          point(engine, title + ", warm", "async", 16 << 10, 16, WARM_MILLIS),
          point(engine, title + ", trip", "trip", 64, 1, 2 * WARM_MILLIS));
    }

    private static Point point(
        String engine, String title, String mode, int size, int depth, int millis) {
      return Point.of(DEVICE, title)
          .with(Point.C, mode, size, depth, WARM_MILLIS)
          .with(engine, mode, size, depth, millis);
    }

    Child start(Path folder) throws IOException {
      List<String> command =
          new ArrayList<>(List.of(home.resolve("bin/java").toString(), "-Xmx256m"));
      command.addAll(List.of(COLLECTORS.get(collector).split(" ")));
      if (release >= 24) {
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("--sun-misc-unsafe-memory-access=allow");
      }
      command.add("-cp");
      if (engine.equals(Point.FOREIGN)) {
        command.add(FOREIGN_JAR + "/*");
        command.add("benchmarks/javadoesusb/Engine.java");
      } else {
        command.addAll(
            List.of(System.getProperty("java.class.path"), Worker.class.getName(), engine));
      }
      return Child.onStandIn(engine, command, folder, DEVICE.settings);
    }

    String row() {
      return String.format(
          Locale.ROOT,
          "| %s | %d | %s | %.1f %% | %.1f %% | %.2f | %.2f | %.1f | %.1f |%n",
          engine,
          release,
          collector,
          100 * cold.ratio(engine, Point.C, Sample::megabytesPerSecond),
          100 * warm.ratio(engine, Point.C, Sample::megabytesPerSecond),
          cold.median(engine, Sample::cpuMicrosPerTransfer),
          warm.median(engine, Sample::cpuMicrosPerTransfer),
          trip.median(engine, s -> s.latency(0)) / 1e3,
          trip.median(engine, s -> s.latency(2)) / 1e3);
    }
  }

  private final Path folder;
  private final int rounds;
  private final List<Jvm> jvms = new ArrayList<>();

  Jvms(Path folder, int rounds) {
    this.folder = folder;
    this.rounds = rounds;
    String jdk25 = Bench.NEWER_JDK;
    Path jdk = Path.of(System.getProperty("java.home"));
    for (String collector : COLLECTORS.keySet()) {
      jvms.add(Jvm.of(jdk, Runtime.version().feature(), collector, Point.OURS));
    }
    jvms.add(Jvm.of(jdk, Runtime.version().feature(), "Serial", Point.PLAIN));
    if (!jdk25.isEmpty()) {
      for (String collector : COLLECTORS.keySet()) {
        jvms.add(Jvm.of(Path.of(jdk25), 25, collector, Point.OURS));
      }
      jvms.add(Jvm.of(Path.of(jdk25), 25, "Serial", Point.PLAIN));
      if (Files.isDirectory(Path.of(FOREIGN_JAR))) {
        jvms.add(Jvm.of(Path.of(jdk25), 25, "Serial", Point.FOREIGN));
      }
    }
  }

  void measure() throws IOException {
    List<Jvm> order = new ArrayList<>(jvms);
    try (Child c =
        Child.onStandIn(
            Point.C, List.of(folder.resolve("engine").toString()), folder, DEVICE.settings)) {
      for (int round = 0; round < rounds; round++) {
        System.err.printf("bench: JVMs: round %d of %d%n", round + 1, rounds);
        for (Jvm jvm : order) {
          measure(jvm, c);
        }
        Collections.rotate(order, 1);
      }
    }
  }

  private void measure(Jvm jvm, Child c) throws IOException {
    Child started;
    try {
      started = jvm.start(folder);
    } catch (IOException e) {
      System.err.println("bench: without " + jvm.engine + " on Java " + jvm.release + ": " + e);
      jvms.remove(jvm);
      return;
    }
    try (Child java = started) {
      pair(jvm, jvm.cold, c, java);
      for (int i = 0; i < WARM_ROUNDS; i++) {
        pair(jvm, jvm.warm, c, java);
      }
      // The first has to be compiled.
      java.run(jvm.trip.ways().get(jvm.engine));
      pair(jvm, jvm.trip, c, java);
    }
  }

  private static void pair(Jvm jvm, Point point, Child c, Child java) throws IOException {
    point.samples().get(Point.C).add(c.run(point.ways().get(Point.C)));
    point.samples().get(jvm.engine).add(java.run(point.ways().get(jvm.engine)));
  }

  String table() {
    StringBuilder text =
        new StringBuilder(
            "| engine | Java | collector | of C, first 5 s | of C, warm | CPU µs per transfer, first 5 s"
                + " | warm | 64-byte trip p50, µs | p99.9 |\n|---|---|---|---|---|---|---|---|---|\n");
    jvms.forEach(jvm -> text.append(jvm.row()));
    return text + "\n" + Report.machine(rounds * WARM_ROUNDS, WARM_MILLIS);
  }

  String json() {
    List<String> points = new ArrayList<>();
    for (Jvm jvm : jvms) {
      points.add(jvm.cold.json());
      points.add(jvm.warm.json());
      points.add(jvm.trip.json());
    }
    return "{\"points\":[\n" + String.join(",\n", points) + "]}\n";
  }
}
