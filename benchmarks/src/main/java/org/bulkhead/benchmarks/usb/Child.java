package org.bulkhead.benchmarks.usb;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** An engine in a process of its own: on the stand-in for usbfs, or in the rig. */
final class Child implements AutoCloseable {

  private static final Pattern FIGURES = Pattern.compile("\\d[\\d ]*");

  private final String name;
  private final Process process;
  private final PrintStream commands;
  private final BufferedReader answers;
  private final LongBuffer counters;

  /**
   * Starts an engine on the stand-in and waits until it has the device open.
   *
   * @param folder what usbfs/Makefile made
   * @param device the timings, as usbfs/device.c takes them
   */
  static Child onStandIn(String name, List<String> program, Path folder, String device)
      throws IOException {
    Path counters = folder.resolve("counters." + name);
    Files.deleteIfExists(counters);
    ProcessBuilder builder = new ProcessBuilder(program);
    builder.environment().put("STANDIN_ROOT", folder.resolve("root").toString());
    builder.environment().put("STANDIN_DEVICE", device);
    builder.environment().put("STANDIN_COUNTERS", counters.toString());
    // Our sysfs is not of that file system.
    builder.environment().put("SYSTEMD_DEVICE_VERIFY_SYSFS", "0");
    String standin = folder.resolve("standin.so").toString();
    builder
        .environment()
        .put(
            "LD_PRELOAD",
            name.equals(Point.FOREIGN) ? folder.resolve("ffm.so") + " " + standin : standin);
    return new Child(name, builder, Optional.of(counters));
  }

  /** Starts an engine on another machine: neither its processor time nor its calls are known. */
  static Child elsewhere(String name, List<String> program) throws IOException {
    return new Child(name, new ProcessBuilder(program), Optional.empty());
  }

  private Child(String name, ProcessBuilder program, Optional<Path> countersFile)
      throws IOException {
    this.name = name;
    process = program.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    commands = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    answer("ready");
    counters = countersFile.isEmpty() ? null : map(countersFile.get());
  }

  private static LongBuffer map(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return channel
          .map(FileChannel.MapMode.READ_ONLY, 0, 4096)
          .order(ByteOrder.nativeOrder())
          .asLongBuffer();
    }
  }

  private String answer(String expected) throws IOException {
    String line = answers.readLine();
    if (line == null || !expected.isEmpty() && !line.equals(expected)) {
      throw new IOException("the engine " + name + " said " + line + "; its error is above");
    }
    return line;
  }

  Sample run(Command command) throws IOException {
    Sample.Calls callsBefore = calls();
    long cpuBefore = cpuNanos();
    commands.println(command.line());
    String figures = answer("");
    if (!FIGURES.matcher(figures).matches()) {
      // A JVM that dies tells of it here.
      throw new IOException(
          "the engine "
              + name
              + " said at "
              + command.line()
              + ":\n"
              + figures
              + "\n"
              + String.join("\n", answers.lines().toList()));
    }
    return Sample.of(
        Arrays.stream(figures.split(" ")).mapToLong(Long::parseLong).toArray(),
        cpuNanos() - cpuBefore,
        calls().since(callsBefore));
  }

  private Sample.Calls calls() {
    if (counters == null) {
      return new Sample.Calls(0, 0, 0, 0, 0, 0);
    }
    return new Sample.Calls(
        counters.get(0),
        counters.get(1),
        counters.get(2),
        counters.get(3),
        counters.get(4),
        counters.get(5));
  }

  /** Of the threads that live: what a thread used that ended meanwhile is lost. */
  private long cpuNanos() throws IOException {
    long sum = 0;
    if (counters == null) {
      return sum;
    }
    Path tasks = Path.of("/proc", Long.toString(process.pid()), "task");
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
      for (Path thread : threads) {
        try {
          String text = Files.readString(thread.resolve("schedstat"));
          sum += Long.parseLong(text.substring(0, text.indexOf(' ')));
        } catch (NoSuchFileException ended) {
          // Between the listing and the look.
        }
      }
    }
    return sum;
  }

  @Override
  public void close() {
    commands.close();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
