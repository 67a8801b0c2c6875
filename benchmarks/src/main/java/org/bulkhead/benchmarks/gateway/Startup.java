package org.bulkhead.benchmarks.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bulkhead.benchmarks.Marked;
import org.bulkhead.benchmarks.Rounds;

/**
 * What the gateway takes to start, against Felix with the same bundles and none of their
 * components, in turns; what memory it holds, and what the options of the JVM change in both.
 */
public final class Startup {

  private static final double MOST_OF_BARE = 1.3;
  private static final double MOST_MEBIBYTES = 110;
  private static final double MOST_ARCHIVE_MEBIBYTES = 20;
  private static final int IDLE_SECONDS = 10;
  private static final int IDLE_DEVICES = 10;
  private static final String SERVED = " runs, incarnation 1";

  private final Installed installed;
  private final Series figures = new Series();
  private final int rounds;

  private Startup(Installed installed, int rounds) {
    this.installed = installed;
    this.rounds = rounds;
  }

  /**
   * Measures and prints.
   *
   * @param args the archive, an empty folder to work in, the folder of the project, "short" or
   *     "full", the file for the raw data, and "write" to write the tables too
   * @throws Exception where something does not start
   */
  public static void main(String[] args) throws Exception {
    boolean brief = args[3].equals("short");
    Path archive = Path.of(args[0]);
    Startup startup =
        new Startup(
            new Installed(archive, Path.of(args[1]).toAbsolutePath()), Rounds.or(brief ? 5 : 10));
    startup.starts();
    Map<String, String> options = brief ? Map.of(Memory.SHIPPED, "") : Memory.OPTIONS;
    Memory memory = new Memory(startup.installed, startup.figures, Rounds.or(brief ? 3 : 5));
    memory.options(options, IDLE_DEVICES, IDLE_SECONDS);
    String lines = startup.lines(Files.size(archive) / 1048576.0) + "\n" + startup.machine();
    String byOptions = brief ? "" : memory.table(options) + "\n" + startup.machine();
    Files.writeString(Path.of(args[4]), startup.figures.json());
    if (args.length > 5) {
      Path page = Path.of(args[2]).resolve("docs/performance.md");
      Marked.between(page, "gateway", lines);
      if (!brief) {
        Marked.between(page, "options", byOptions);
      }
    }
    System.out.print(lines + "\n" + byOptions);
  }

  private void starts() throws Exception {
    System.err.println("bench: archives of classes");
    installed.archive("archive");
    Path bareArchive = installed.log("bare").resolveSibling("bare.jsa");
    Files.createDirectories(bareArchive.getParent());
    try (Running bare = installed.bare("-XX:ArchiveClassesAtExit=" + bareArchive)) {
      bare.answer();
      bare.finish();
    }
    List<String> ways = new ArrayList<>(List.of("bare", "gateway", "bare+", "gateway+"));
    for (String way : ways) {
      start(way, bareArchive);
    }
    figures.clear();
    for (int round = 0; round < rounds; round++) {
      System.err.printf("bench: start: round %d of %d%n", round + 1, rounds);
      Collections.rotate(ways, 1);
      for (String way : ways) {
        start(way, bareArchive);
      }
    }
  }

  private void start(String way, Path bareArchive) throws Exception {
    boolean archived = way.endsWith("+");
    double millis;
    if (way.startsWith("bare")) {
      Running bare =
          archived ? installed.bare("-XX:SharedArchiveFile=" + bareArchive) : installed.bare();
      try (bare) {
        String[] up = bare.answer().split(" ");
        millis = bare.since(Long.parseLong(up[1]));
        figures.note(way + " cpu", bare.cpuMillis());
        figures.note("bundles of bare", Double.parseDouble(up[2]));
      }
    } else {
      String var = archived ? "archive" : "plain";
      try (Running gateway = installed.gateway(var, "")) {
        millis = gateway.awaitLog(installed.log(var), SERVED);
        figures.note(way + " cpu", gateway.cpuMillis());
        figures.note(way + " up", gateway.awaitLog(installed.log(var), "launcher: up"));
      }
    }
    figures.note(way, millis);
  }

  private String lines(double mebibytes) throws IOException {
    return "| what | required | measured | |\n|---|---|---|---|\n"
        + startLine("from the command to the first demo device served, against bare Felix", "")
        + startLine("the same, both with an archive of classes (`bulkhead archive`)", "+")
        + line(
            "memory of the gateway with %d devices idle (RSS)".formatted(IDLE_DEVICES),
            "≤ %.0f MiB",
            "%.1f MiB",
            MOST_MEBIBYTES,
            figures.median("rss " + Memory.SHIPPED))
        + line(
            "distribution without a JRE",
            "≤ %.0f MiB",
            "%.1f MiB",
            MOST_ARCHIVE_MEBIBYTES,
            mebibytes);
  }

  private String startLine(String what, String suffix) throws IOException {
    double ratio = figures.ratio("gateway" + suffix, "bare" + suffix);
    return String.format(
        Locale.ROOT,
        "| %s, %.0f bundles each | ≤ %.1f× | %.2f× (%.0f ms, up at %.0f ms; bare %.0f ms);"
            + " processor time %.2f× (%.0f ms, bare %.0f ms) | %s |%n",
        what,
        figures.median("bundles of bare"),
        MOST_OF_BARE,
        ratio,
        figures.median("gateway" + suffix),
        figures.median("gateway" + suffix + " up"),
        figures.median("bare" + suffix),
        figures.ratio("gateway" + suffix + " cpu", "bare" + suffix + " cpu"),
        figures.median("gateway" + suffix + " cpu"),
        figures.median("bare" + suffix + " cpu"),
        verdict(ratio, MOST_OF_BARE, "×"));
  }

  private static String line(
      String what, String required, String measured, double most, double value) {
    return String.format(
        Locale.ROOT,
        "| %s | " + required + " | " + measured + " | %s |%n",
        what,
        most,
        value,
        verdict(value, most, " MiB"));
  }

  private static String verdict(double value, double most, String unit) {
    return value <= most
        ? "met"
        : String.format(Locale.ROOT, "missed by %.2f%s", value - most, unit);
  }

  private String machine() {
    return "Medians of " + rounds + " paired rounds, " + Series.machine();
  }
}
