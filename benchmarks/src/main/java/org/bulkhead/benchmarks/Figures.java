package org.bulkhead.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * Runs {@link Paired} and {@link SessionCall} in several JVMs and writes the figures into the
 * README.
 */
public final class Figures {

  private static final String BEGIN = "<!-- figures of ./run -->";
  private static final String END = "<!-- end of figures -->";

  private Figures() {}

  /**
   * Runs all rounds.
   *
   * @param args the README, and how many JVMs for each benchmark
   * @throws Exception where a run fails
   */
  public static void main(String[] args) throws Exception {
    int rounds = Integer.parseInt(args[1]);
    String figures =
        "| processor time | unwoven, µs | woven, µs | woven / unwoven | least and most |\n"
            + "|---|---|---|---|---|\n"
            + row("CRC-16 and TLV fields of 4 KiB", "ProtocolParsing", rounds)
            + row("read of 64 KiB, simulated stick", "BlockRead", rounds)
            + "\n| session call of a service that does nothing | least and most | allocated |\n"
            + "|---|---|---|\n"
            + session(rounds)
            + "\nMedians of %d JVMs, Java %s, %d processors, load %.1f at the end.\n"
                .formatted(
                    rounds,
                    Runtime.version().feature(),
                    Runtime.getRuntime().availableProcessors(),
                    ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    Path readme = Path.of(args[0]);
    String text = Files.readString(readme);
    int begin = text.indexOf(BEGIN) + BEGIN.length();
    int end = text.indexOf(END);
    Files.writeString(readme, text.substring(0, begin) + "\n" + figures + text.substring(end));
    System.out.println(figures);
  }

  private static String row(String name, String benchmark, int rounds)
      throws IOException, InterruptedException {
    List<Double> plain = new ArrayList<>();
    List<Double> woven = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < rounds; i++) {
      String[] result = run(Paired.class, benchmark).split(" ");
      plain.add(Double.parseDouble(result[0]) / 1000);
      woven.add(Double.parseDouble(result[1]) / 1000);
      ratios.add(Double.parseDouble(result[2]));
    }
    return String.format(
        Locale.ROOT,
        "| %s | %.1f | %.1f | %.3f | %.3f–%.3f |%n",
        name,
        median(plain),
        median(woven),
        median(ratios),
        Collections.min(ratios),
        Collections.max(ratios));
  }

  private static String session(int rounds) throws IOException, InterruptedException {
    List<Double> nanos = new ArrayList<>();
    List<Double> bytes = new ArrayList<>();
    for (int i = 0; i < rounds; i++) {
      String[] result = run(SessionCall.class, "session").split(" ");
      nanos.add(Double.parseDouble(result[0]));
      bytes.add(Double.parseDouble(result[1]));
    }
    return String.format(
        Locale.ROOT,
        "| %.0f ns | %.0f–%.0f ns | %.2f B |%n",
        median(nanos),
        Collections.min(nanos),
        Collections.max(nanos),
        median(bytes));
  }

  private static String run(Class<?> main, String benchmark)
      throws IOException, InterruptedException {
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                main.getName(),
                benchmark)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String output =
        new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    System.out.println(benchmark + " " + output);
    if (java.waitFor() != 0) {
      throw new IOException(benchmark + " failed");
    }
    return output;
  }

  /**
   * The middle one, or the mean of the two in the middle.
   *
   * @param values at least one
   * @return the median
   */
  public static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
