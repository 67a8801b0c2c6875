package org.bulkhead.benchmarks.gateway;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** A process whose start is measured, with its standard input and output. */
final class Running implements AutoCloseable {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS");

  private static final int LOOK_MILLIS = 25;
  private static final int PATIENCE_SECONDS = 120;

  private static final Set<Process> LIVE = ConcurrentHashMap.newKeySet();

  static {
    // Whoever ends the benchmark by a signal wants no gateway left behind.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> LIVE.forEach(Process::destroy)));
  }

  private final String name;
  private final long begun;
  private final Process process;
  private final BufferedReader out;
  private final PrintStream in;

  Running(List<String> command, Map<String, String> environment) throws IOException {
    name = command.get(0);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(environment);
    begun = System.currentTimeMillis();
    process = builder.start();
    LIVE.add(process);
    process.onExit().thenAccept(LIVE::remove);
    out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    in = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
  }

  String answer() throws IOException {
    String line = out.readLine();
    if (line == null || line.startsWith("failed")) {
      throw new IOException(name + " said " + line + "; its error is above");
    }
    return line;
  }

  String ask(String command) throws IOException {
    in.println(command);
    return answer();
  }

  /** Milliseconds since the start. */
  long since(long millis) {
    return millis - begun;
  }

  /**
   * Waits until a log has a line.
   *
   * @return milliseconds from the start to that entry, by the log's own time
   */
  long awaitLog(Path log, String text) throws IOException, InterruptedException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (System.nanoTime() - until < 0) {
      if (Files.exists(log)) {
        for (String line : Files.readAllLines(log)) {
          if (line.contains(text)) {
            return since(millis(line));
          }
        }
      }
      if (process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        throw new IOException(name + " ended with status " + process.exitValue());
      }
    }
    throw new IOException("in vain waited for \"" + text + "\" in " + log);
  }

  private static long millis(String line) {
    return LocalDateTime.parse(line.substring(0, 23), TIME)
        .atZone(ZoneId.systemDefault())
        .toInstant()
        .toEpochMilli();
  }

  /** Lets it be for a while. */
  void idle(int seconds) throws IOException, InterruptedException {
    if (process.waitFor(seconds, TimeUnit.SECONDS)) {
      throw new IOException(name + " ended with status " + process.exitValue());
    }
  }

  /** Resident memory, as the kernel counts it. */
  double rssMebibytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc", "" + process.pid(), "status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
      }
    }
    throw new IOException("no VmRSS of " + process.pid());
  }

  /** Processor time until now, of the script before the JVM too. */
  double cpuMillis() throws IOException {
    String stat = Files.readString(Path.of("/proc", "" + process.pid(), "stat"));
    // After the name, which may have blanks: fields 14 to 17 of proc(5), in hundredths of a second.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    long ticks = 0;
    for (int field = 14; field <= 17; field++) {
      ticks += Long.parseLong(fields[field - 3]);
    }
    return ticks * 10.0;
  }

  /** Ends its input and waits until it ends by that. */
  void finish() throws IOException, InterruptedException {
    in.close();
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
      close();
      throw new IOException(name + " did not end in order");
    }
  }

  /** Ends it by SIGTERM. */
  @Override
  public void close() throws IOException {
    in.close();
    process.destroy();
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
