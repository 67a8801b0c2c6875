package org.bulkhead.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Runs the woven and the unwoven form of one benchmark in turns of a few milliseconds and compares
 * the processor time that they take, so that neither the load nor the speed of the machine is in
 * the result. One JVM, one result.
 */
public final class Paired {

  private static final int WARM_UP_TURNS = 150;
  private static final int TURNS = 300;
  private static final long TURN_NANOS = 10_000_000;

  private static final List<Thread> TRANSPORTS = new ArrayList<>();

  /** One operation. */
  @FunctionalInterface
  private interface Operation {
    void run() throws Exception;
  }

  private final LongSupplier clock;
  private int operations = 1;

  private Paired(LongSupplier clock) {
    this.clock = clock;
  }

  /**
   * Prints nanoseconds of an operation unwoven and woven, and the median of the turns' ratios.
   *
   * @param args the benchmark
   * @throws Exception where it fails
   */
  public static void main(String[] args) throws Exception {
    if (args[0].equals("ProtocolParsing")) {
      ProtocolParsing plain = parsing(false);
      ProtocolParsing woven = parsing(true);
      long[] sum = new long[1];
      new Paired(ManagementFactory.getThreadMXBean()::getCurrentThreadCpuTime)
          .compare(() -> sum[0] += plain.frame(), () -> sum[0] -= woven.frame());
      if (sum[0] == 1) {
        System.out.println("never, but the compiler does not know");
      }
    } else {
      BlockRead plain = reading(false);
      BlockRead woven = reading(true);
      Thread.getAllStackTraces().keySet().stream()
          .filter(thread -> thread.getName().startsWith("bulkhead-sim-bus"))
          .forEach(TRANSPORTS::add);
      new Paired(Paired::callersAndTransports).compare(plain::read, woven::read);
    }
    // The two benches would look for each other's threads if they were closed.
    System.exit(0);
  }

  /** A read takes two threads. The process's own clock ticks too slowly. */
  private static long callersAndTransports() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long sum = threads.getCurrentThreadCpuTime();
    for (Thread each : TRANSPORTS) {
      sum += threads.getThreadCpuTime(each.getId());
    }
    return sum;
  }

  private static ProtocolParsing parsing(boolean woven) {
    ProtocolParsing made = new ProtocolParsing();
    made.woven = woven;
    made.load();
    return made;
  }

  private static BlockRead reading(boolean woven) {
    BlockRead made = new BlockRead();
    made.woven = woven;
    made.attach();
    return made;
  }

  private void compare(Operation plain, Operation woven) throws Exception {
    for (int i = 0; i < WARM_UP_TURNS; i++) {
      double took = turn(plain) * operations;
      turn(woven);
      operations = Math.max(1, (int) (operations * Math.min(2, TURN_NANOS / Math.max(1, took))));
    }
    List<Double> plains = new ArrayList<>();
    List<Double> wovens = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < TURNS; i++) {
      // Which one goes first changes, so that a drift favours neither.
      double first = turn(i % 2 == 0 ? plain : woven);
      double second = turn(i % 2 == 0 ? woven : plain);
      plains.add(i % 2 == 0 ? first : second);
      wovens.add(i % 2 == 0 ? second : first);
      ratios.add(wovens.get(i) / plains.get(i));
    }
    System.out.printf(
        Locale.ROOT,
        "%.1f %.1f %.4f%n",
        Figures.median(plains),
        Figures.median(wovens),
        Figures.median(ratios));
  }

  private double turn(Operation operation) throws Exception {
    long begin = clock.getAsLong();
    for (int i = 0; i < operations; i++) {
      operation.run();
    }
    return (double) (clock.getAsLong() - begin) / operations;
  }
}
