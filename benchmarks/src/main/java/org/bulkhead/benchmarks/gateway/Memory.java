package org.bulkhead.benchmarks.gateway;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What idle devices cost in memory, by the options of the JVM. */
final class Memory {

  static final String SHIPPED = "as shipped";

  /** Added to what etc/jvm.options has. */
  static final Map<String, String> OPTIONS = new LinkedHashMap<>();

  static {
    OPTIONS.put(SHIPPED, "");
    OPTIONS.put("G1", "-XX:-UseSerialGC -XX:+UseG1GC");
    OPTIONS.put("Parallel", "-XX:-UseSerialGC -XX:+UseParallelGC");
    OPTIONS.put("heap of 64 MiB at most", "-Xmx64m");
    OPTIONS.put("heap of 8 MiB at first", "-Xms8m");
    OPTIONS.put("heap of 32 MiB at first", "-Xms32m");
    OPTIONS.put("compiles as the JVM's default", "-XX:CompileThresholdScaling=1");
    OPTIONS.put("first compiler only", "-XX:TieredStopAtLevel=1");
    OPTIONS.put("stacks of 256 KiB", "-Xss256k");
    OPTIONS.put("code cache of 32 MiB", "-XX:ReservedCodeCacheSize=32m");
  }

  private final Installed installed;
  private final Series figures;
  private final int rounds;

  Memory(Installed installed, Series figures, int rounds) {
    this.installed = installed;
    this.figures = figures;
    this.rounds = rounds;
  }

  void options(Map<String, String> options, int devices, int idleSeconds) throws Exception {
    for (int round = 0; round < rounds; round++) {
      System.err.printf("bench: memory: round %d of %d%n", round + 1, rounds);
      for (Map.Entry<String, String> each : options.entrySet()) {
        try (Running gateway = installed.probed("probed", each.getValue())) {
          gateway.answer();
          figures.note(
              "up " + each.getKey(), gateway.awaitLog(installed.log("probed"), "launcher: up"));
          gateway.ask("plug " + devices);
          gateway.idle(idleSeconds);
          figures.note("rss " + each.getKey(), gateway.rssMebibytes());
        }
      }
    }
  }

  String table(Map<String, String> options) {
    StringBuilder text =
        new StringBuilder("| options | added | RSS, MiB | up after, ms |\n|---|---|---|---|\n");
    options.forEach(
        (name, added) ->
            text.append(
                String.format(
                    Locale.ROOT,
                    "| %s | %s | %.1f | %.0f |%n",
                    name,
                    added.isEmpty() ? "" : "`" + added + "`",
                    figures.median("rss " + name),
                    figures.median("up " + name))));
    return text.toString();
  }
}
