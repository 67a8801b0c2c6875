package org.bulkhead.fuzz;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Jazzer on one target, in a JVM of its own: a hang or a full memory ends that one. The corpus
 * grows under target, and the one of the tree stays as it is.
 */
final class FuzzRun {

  /** Where a run was in its work. */
  record Progress(long executions, int coverage, int corpus) {}

  private static final String INSTRUMENTED =
      String.join(
          ":",
          "org.bulkhead.device.**",
          "org.bulkhead.driver.**",
          "org.bulkhead.framework.**",
          "org.bulkhead.transport.**");

  /** Seconds for one input: the judge accuses by processor time long before. */
  private static final int HANG_SECONDS = 20;

  private static final int HEAP_MEGABYTES = 512;

  /** Below this the second compiler takes more time than it gives back. */
  private static final int LONG_RUN_SECONDS = 60;

  /** Heap, code cache and what libFuzzer holds. */
  private static final int RESIDENT_MEGABYTES = 1400;

  private static final Pattern STATUS =
      Pattern.compile("#(\\d+)\\s.*cov: (\\d+) .*corp: (\\d+)/.*");
  private static final Pattern EXECUTIONS =
      Pattern.compile("stat::number_of_executed_units:\\s*(\\d+)");

  final String name;
  private final Path module;
  private final Path folder;
  private final Path log;
  private volatile Progress progress = new Progress(0, 0, 0);

  /**
   * A run that has not begun.
   *
   * @param work where it keeps what it finds, under the module's target
   */
  FuzzRun(String name, Path module, String work) {
    this.name = name;
    this.module = module;
    folder = module.resolve("target").resolve(work).resolve(name);
    log = folder.resolve("log");
  }

  Progress progress() {
    return progress;
  }

  /** What Jazzer said. */
  Path log() {
    return log;
  }

  /** Inputs that broke a promise. */
  List<Path> findings() throws IOException {
    return files(folder.resolve("findings"));
  }

  private Path grown() {
    return folder.resolve("corpus");
  }

  private Path kept() {
    return module.resolve("corpus").resolve(name);
  }

  /**
   * Fuzzes for some time. Blocks.
   *
   * @return whether nothing was found
   */
  boolean fuzz(int seconds) throws IOException, InterruptedException {
    Files.createDirectories(grown());
    Files.createDirectories(folder.resolve("findings"));
    for (Path old : findings()) {
      Files.delete(old);
    }
    return jazzer(
        seconds < LONG_RUN_SECONDS ? "-XX:TieredStopAtLevel=1" : "-XX:+TieredCompilation",
        "-max_total_time=" + seconds,
        "-print_final_stats=1",
        grown().toString(),
        kept().toString());
  }

  /**
   * Takes over into the corpus of the tree what reaches further than it does, the shortest first.
   *
   * @param mostFiles how many files it may have then
   * @param mostBytes how large they may be together
   */
  void keep(int mostFiles, int mostBytes) throws IOException, InterruptedException {
    Path merged = folder.resolve("merged");
    Files.createDirectories(merged);
    for (Path old : files(merged)) {
      Files.delete(old);
    }
    for (Path seed : files(kept())) {
      Files.copy(seed, merged.resolve(seed.getFileName()));
    }
    jazzer(
        "-XX:TieredStopAtLevel=1",
        "-merge=1",
        "-use_value_profile=0",
        merged.toString(),
        grown().toString());
    List<Path> all = files(kept());
    long bytes = 0;
    for (Path seed : all) {
      bytes += Files.size(seed);
    }
    int count = all.size();
    List<Path> shortest =
        files(merged).stream().sorted(Comparator.comparingLong(FuzzRun::size)).toList();
    for (Path candidate : shortest) {
      Path place = kept().resolve(candidate.getFileName());
      if (!Files.exists(place) && count < mostFiles && bytes + size(candidate) <= mostBytes) {
        Files.copy(candidate, place);
        count++;
        bytes += size(candidate);
      }
    }
  }

  private boolean jazzer(String compiler, String... arguments)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                compiler,
                "-Xmx" + HEAP_MEGABYTES + "m",
                "-XX:+UseSerialGC",
                "-XX:-OmitStackTraceInFastThrow",
                "-Djava.io.tmpdir=" + Files.createDirectories(module.resolve("target/tmp")),
                "-cp",
                System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + Entry.class.getName(),
                "--target_args=" + name,
                "--instrumentation_includes=" + INSTRUMENTED,
                "--reproducer_path=" + folder,
                "-artifact_prefix=" + folder.resolve("findings") + "/",
                "-max_len=" + Targets.named(name).longestBytes(),
                "-timeout=" + HANG_SECONDS,
                "-rss_limit_mb=" + RESIDENT_MEGABYTES,
                "-use_value_profile=1"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (BufferedReader lines = process.inputReader();
        var out = Files.newBufferedWriter(log)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        out.write(line);
        out.newLine();
        take(line);
      }
      return process.waitFor() == 0;
    } finally {
      process.destroyForcibly();
    }
  }

  private void take(String line) {
    Matcher status = STATUS.matcher(line);
    Matcher executions = EXECUTIONS.matcher(line);
    if (status.matches()) {
      progress =
          new Progress(
              Long.parseLong(status.group(1)),
              Integer.parseInt(status.group(2)),
              Integer.parseInt(status.group(3)));
    } else if (executions.find()) {
      progress =
          new Progress(Long.parseLong(executions.group(1)), progress.coverage(), progress.corpus());
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Path> files(Path in) throws IOException {
    if (!Files.isDirectory(in)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(in)) {
      return files.sorted().toList();
    }
  }
}
