package org.bulkhead.benchmarks.gateway;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.bulkhead.benchmarks.Marked;
import org.bulkhead.benchmarks.Rounds;

/** How start, memory, attach and recovery grow with the number of devices. */
public final class Growth {

  private static final int IDLE_SECONDS = 10;
  private static final int TIMES = 20;
  private static final String SERVED = " runs, incarnation 1";

  private final Installed installed;
  private final Series figures = new Series();

  private Growth(Installed installed) {
    this.installed = installed;
  }

  /**
   * Measures and prints.
   *
   * @param args as those of {@link Startup}
   * @throws Exception where something does not start
   */
  public static void main(String[] args) throws Exception {
    boolean brief = args[3].equals("short");
    Growth growth = new Growth(new Installed(Path.of(args[0]), Path.of(args[1]).toAbsolutePath()));
    int[] counts = brief ? new int[] {1, 100} : new int[] {1, 10, 100, 1_000};
    int rounds = Rounds.or(brief ? 1 : 5);
    for (int round = 0; round < rounds; round++) {
      growth.gateway(0);
      for (int count : counts) {
        System.err.printf("bench: growth: round %d of %d, %d devices%n", round + 1, rounds, count);
        growth.gateway(count);
        growth.recovery(count);
      }
    }
    growth.hang();
    String table = growth.table(counts) + "\n" + growth.machine(rounds);
    Files.writeString(Path.of(args[4]), growth.figures.json());
    if (args.length > 5) {
      Marked.between(Path.of(args[2]).resolve("docs/performance.md"), "growth", table);
    }
    System.out.print(table);
  }

  private void gateway(int count) throws Exception {
    try (Running gateway = installed.probed("probed", "-Dbulkhead.benchmarks.devices=" + count)) {
      gateway.answer();
      figures.note("all " + count, gateway.since(System.currentTimeMillis()));
      if (count > 0) {
        figures.note("first " + count, gateway.awaitLog(installed.log("probed"), SERVED));
      }
      gateway.idle(IDLE_SECONDS);
      figures.note("rss " + count, gateway.rssMebibytes());
      if (count > 0) {
        String[] nanos = gateway.ask("one " + TIMES).split(" ");
        figures.note("attach " + count, Long.parseLong(nanos[0]) / 1e6);
        figures.note("attach at most " + count, Long.parseLong(nanos[1]) / 1e6);
      }
    }
  }

  private void recovery(int count) throws IOException, InterruptedException {
    recovery("recovery " + count + " ", count, "THROW", TIMES);
  }

  /** That is the deadline of a call. */
  private void hang() throws IOException, InterruptedException {
    System.err.println("bench: growth: a driver that hangs");
    recovery("hang ", 1, "HANG", 3);
  }

  private void recovery(String name, int count, String fault, int times)
      throws IOException, InterruptedException {
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Recovery.class.getName(),
                Integer.toString(count),
                fault,
                Integer.toString(times))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String line = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (java.waitFor() != 0) {
      throw new IOException("recovery with " + count + " devices failed");
    }
    double[] millis =
        Arrays.stream(line.split(" ")).mapToDouble(nanos -> Long.parseLong(nanos) / 1e6).toArray();
    for (int part = 0; part < millis.length; part++) {
      figures.note(name + part, millis[part]);
    }
  }

  private String table(int[] counts) {
    StringBuilder text =
        new StringBuilder(
            "| devices | command to first served, ms | to all served, ms | RSS, MiB"
                + " | of it each device, KiB | plug to service, one more, ms (longest of 20)"
                + " | recovery, ms: detect | tear down | pause | start | reintegrate |\n"
                + "|---|---|---|---|---|---|---|---|---|---|---|\n");
    for (int count : counts) {
      double rss = figures.median("rss " + count);
      text.append(
          String.format(
              Locale.ROOT,
              "| %d | %.0f | %.0f | %.1f | %.0f | %.2f (%.1f) | %s |%n",
              count,
              figures.median("first " + count),
              figures.median("all " + count),
              rss,
              (rss - figures.median("rss 0")) * 1024 / count,
              figures.median("attach " + count),
              figures.median("attach at most " + count),
              parts("recovery " + count + " ")));
    }
    return text
        + String.format(
            Locale.ROOT,
            "%nThe driver threw. One that hangs, parts in the same order: %s.%n",
            parts("hang "));
  }

  private String parts(String name) {
    List<String> parts = new ArrayList<>();
    for (int part = 0; part < 5; part++) {
      parts.add(String.format(Locale.ROOT, "%.2f", figures.median(name + part)));
    }
    return String.join(" | ", parts);
  }

  private String machine(int rounds) {
    return String.format(
        Locale.ROOT,
        "Medians of %d rounds, of %d recoveries in each; no devices: %.1f MiB; %s",
        rounds,
        TIMES,
        figures.median("rss 0"),
        Series.machine());
  }
}
