package org.bulkhead.fuzz;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The command behind fuzz/run; its folder is the module's. */
public final class Fuzz {

  private static final int REPORT_SECONDS = 10;
  private static final int MOST_FILES = 60;
  private static final int MOST_BYTES = 60_000;

  private final List<String> names = new ArrayList<>();
  private int seconds = 60;
  private int parallel = 1;
  private boolean record;
  private boolean keep;

  private Fuzz(String[] arguments) {
    for (int i = 0; i < arguments.length; i++) {
      switch (arguments[i]) {
        case "--seconds" -> seconds = number(arguments, ++i);
        case "--parallel" -> parallel = number(arguments, ++i);
        case "--record" -> record = true;
        case "--keep" -> keep = true;
        default -> {
          Targets.named(arguments[i]);
          names.add(arguments[i]);
        }
      }
    }
    if (names.isEmpty()) {
      names.addAll(Targets.names());
    }
  }

  private static int number(String[] arguments, int at) {
    if (at < arguments.length && arguments[at].matches("[1-9]\\d{0,5}")) {
      return Integer.parseInt(arguments[at]);
    }
    throw new IllegalArgumentException(arguments[at - 1] + " needs a number, such as 600");
  }

  public static void main(String[] arguments) throws Exception {
    Fuzz fuzz;
    try {
      fuzz = new Fuzz(arguments);
    } catch (IllegalArgumentException wrong) {
      System.err.println("fuzz/run: " + wrong.getMessage());
      System.err.println(
          "usage: fuzz/run [--seconds N] [--parallel N] [--record] [--keep] [TARGET...]");
      System.exit(64);
      return;
    }
    System.exit(fuzz.run() ? 0 : 1);
  }

  private boolean run() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(parallel);
    List<Future<Boolean>> ends = new ArrayList<>();
    for (String name : names) {
      ends.add(pool.submit(() -> one(new FuzzRun(name, Path.of("").toAbsolutePath(), "fuzz"))));
    }
    pool.shutdown();
    boolean clean = true;
    for (Future<Boolean> end : ends) {
      try {
        clean &= end.get();
      } catch (ExecutionException failed) {
        System.err.println("fuzz/run: " + failed.getCause());
        clean = false;
      }
    }
    return clean;
  }

  private boolean one(FuzzRun run) throws IOException, InterruptedException {
    long start = System.nanoTime();
    ScheduledExecutorService reporter = Executors.newSingleThreadScheduledExecutor();
    reporter.scheduleAtFixedRate(
        () -> report(run, start), REPORT_SECONDS, REPORT_SECONDS, TimeUnit.SECONDS);
    boolean clean;
    try {
      clean = run.fuzz(seconds);
    } finally {
      reporter.shutdownNow();
    }
    long took = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
    List<Path> findings = run.findings();
    System.out.printf("%-15s %s%n", run.name, clean ? "nothing found" : "FAILED: " + run.log());
    for (Path finding : findings) {
      System.out.printf("%-15s found %s%n", run.name, finding);
    }
    if (keep && clean) {
      run.keep(MOST_FILES, MOST_BYTES);
    }
    if (record) {
      Table.record(Path.of("README.md"), run.name, took, run.progress(), findings.size());
    }
    return clean;
  }

  private void report(FuzzRun run, long start) {
    FuzzRun.Progress now = run.progress();
    System.out.printf(
        "%-15s %4d of %d s, %,12d executions, coverage %4d, corpus %4d%n",
        run.name,
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start),
        seconds,
        now.executions(),
        now.coverage(),
        now.corpus());
  }
}
