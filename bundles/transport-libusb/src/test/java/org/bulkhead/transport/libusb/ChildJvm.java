package org.bulkhead.transport.libusb;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.opentest4j.TestAbortedException;

/**
 * A JVM under the simulator, which runs tests. It is started when the first test needs it, and anew
 * after one that failed, hung or crashed: what such a test left behind must not reach the next.
 */
final class ChildJvm implements AutoCloseable {

  /** Far above what any test needs; it ends those that hang in native code. */
  private static final Duration DEADLINE = Duration.ofSeconds(120);

  private static final String ENDED = "ended";

  private Process process;
  private BufferedWriter input;
  private BlockingQueue<String> answers;

  /** Runs a test; throws what it threw, as text. */
  synchronized void run(String uniqueId) throws InterruptedException, IOException {
    if (process == null) {
      start();
    }
    input.write(uniqueId + "\n");
    input.flush();
    String answer = answers.poll(DEADLINE.toSeconds(), TimeUnit.SECONDS);
    if (answer == null) {
      String threads = threads();
      stop();
      throw new AssertionError("no end within " + DEADLINE.toSeconds() + " s" + threads);
    }
    String[] words = answer.split(" ", 2);
    switch (words[0]) {
      case ChildMain.PASSED -> {}
      case ChildMain.ABORTED -> throw new TestAbortedException(decode(words[1]));
      case ENDED -> {
        String headline = CrashReport.headline(process.waitFor());
        stop();
        throw new AssertionError("the JVM of the test ended: " + headline);
      }
      default -> {
        stop();
        throw new AssertionError("in the child JVM: " + decode(words[1]));
      }
    }
  }

  private void start() throws IOException {
    CrashReport.sweep();
    Path folder = UmockdevTools.folder();
    // Relative to the folder it runs in: a socket's path may have no more than 107 bytes.
    Path socket = Path.of("simulator");
    Path temporary = Files.createDirectories(folder.resolve("tmp"));
    List<String> command = new ArrayList<>();
    command.add(UmockdevTools.simulator().toString());
    command.add(socket.toString());
    command.add(program("java"));
    command.add("-Djava.io.tmpdir=" + temporary);
    command.add(ChildMain.socketOption(socket));
    command.addAll(List.of("-ea", "-XX:+DisplayVMOutputToStderr", "-XX:-CreateCoredumpOnCrash"));
    command.add(CrashReport.option());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(ChildMain.class.getName());
    process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    input = process.outputWriter(StandardCharsets.UTF_8);
    answers = new LinkedBlockingQueue<>();
    Thread reader = new Thread(() -> read(process, answers), "child JVM's answers");
    reader.setDaemon(true);
    reader.start();
  }

  /** Of the JDK that is named by a property, or else the one that this runs on. */
  private static String program(String name) {
    String home = System.getProperty("bulkhead.child.java.home", System.getProperty("java.home"));
    return Path.of(home, "bin", name).toString();
  }

  private static void read(Process process, BlockingQueue<String> answers) {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(ChildMain.ANSWER)) {
          answers.add(line.substring(ChildMain.ANSWER.length()));
        } else {
          System.out.println(line);
        }
      }
    } catch (IOException e) {
      // The process is gone; that is what the next line says.
    }
    answers.add(ENDED);
  }

  /** A thread dump of the test's JVM, which is a child of the simulator. */
  private String threads() throws InterruptedException {
    try (Stream<ProcessHandle> children = process.children()) {
      String pid = children.findFirst().map(child -> Long.toString(child.pid())).orElse("");
      Process dump = new ProcessBuilder(program("jstack"), pid).redirectErrorStream(true).start();
      String text = new String(dump.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      dump.waitFor();
      return "; its threads:\n" + text;
    } catch (IOException e) {
      return "; no thread dump: " + e.getMessage();
    }
  }

  private void stop() {
    // The simulator takes its child with it, and removes its test bed from /tmp.
    process.destroy();
    try {
      process.onExit().get(5, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      process.destroyForcibly();
    }
    process = null;
  }

  @Override
  public synchronized void close() throws IOException {
    if (process == null) {
      return;
    }
    input.close();
    try {
      process.onExit().get(5, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      stop();
    }
  }

  private static String decode(String text) {
    return new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8);
  }
}
