package org.bulkhead.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs woven and unwoven in turns, each in a JVM of its own, and writes the figures into the
 * README. In turns, because a machine that others use changes its speed by more than what is
 * measured: only neighbours can be compared.
 */
public final class Figures {

  private static final String BEGIN = "<!-- figures of ./run -->";
  private static final String END = "<!-- end of figures -->";

  private Figures() {}

  /**
   * Runs all rounds.
   *
   * @param args the README, and how many rounds
   * @throws Exception where a run fails
   */
  public static void main(String[] args) throws Exception {
    Path readme = Path.of(args[0]);
    int rounds = Integer.parseInt(args[1]);
    StringBuilder table = new StringBuilder();
    table.append(
        "| | unwoven, µs | woven, µs | woven / unwoven | least and most of the rounds |\n");
    table.append("|---|---|---|---|---|\n");
    table.append(row("CRC-16 and TLV fields of 4 KiB", ProtocolParsing.class, rounds));
    table.append(row("read of 64 KiB, simulated stick", BlockRead.class, rounds));
    table.append(
        "\nMedians of %d rounds, Java %s, %d processors, load %.1f at the end.\n"
            .formatted(
                rounds,
                Runtime.version().feature(),
                Runtime.getRuntime().availableProcessors(),
                java.lang.management.ManagementFactory.getOperatingSystemMXBean()
                    .getSystemLoadAverage()));
    write(readme, table.toString());
  }

  private static String row(String name, Class<?> benchmark, int rounds) throws RunnerException {
    List<Double> plain = new ArrayList<>();
    List<Double> woven = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < rounds; i++) {
      // Which one goes first changes, so that a drift favours neither.
      boolean wovenFirst = i % 2 == 1;
      double first = score(benchmark, wovenFirst);
      double second = score(benchmark, !wovenFirst);
      plain.add(wovenFirst ? second : first);
      woven.add(wovenFirst ? first : second);
      ratios.add(woven.get(i) / plain.get(i));
    }
    return String.format(
        Locale.ROOT,
        "| %s | %.2f | %.2f | %.3f | %.3f–%.3f |%n",
        name,
        median(plain),
        median(woven),
        median(ratios),
        ratios.stream().min(Double::compare).orElseThrow(),
        ratios.stream().max(Double::compare).orElseThrow());
  }

  private static double score(Class<?> benchmark, boolean woven) throws RunnerException {
    return new Runner(
            new OptionsBuilder()
                .include(benchmark.getName() + "\\..*")
                .param("woven", Boolean.toString(woven))
                .forks(1)
                .warmupIterations(4)
                .warmupTime(TimeValue.milliseconds(500))
                .measurementIterations(10)
                .measurementTime(TimeValue.milliseconds(300))
                .build())
        .runSingle()
        .getPrimaryResult()
        .getStatistics()
        .getPercentile(25);
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  private static void write(Path readme, String figures) throws IOException {
    String text = Files.readString(readme);
    int begin = text.indexOf(BEGIN) + BEGIN.length();
    int end = text.indexOf(END);
    Files.writeString(readme, text.substring(0, begin) + "\n" + figures + text.substring(end));
    System.out.println(figures);
  }
}
