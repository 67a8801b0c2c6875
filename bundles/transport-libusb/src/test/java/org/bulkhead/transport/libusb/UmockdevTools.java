package org.bulkhead.transport.libusb;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What the harness needs of the machine, and the simulator made with it. */
final class UmockdevTools {

  private static final String INSTALL =
      "sudo apt-get install -y umockdev libumockdev-dev libglib2.0-dev gcc make pkg-config";

  private static String missing;
  private static Path simulator;

  private UmockdevTools() {}

  /** What is missing and how to get it, or an empty text. */
  static synchronized String missing() {
    if (missing == null) {
      missing = look();
    }
    return missing;
  }

  private static String look() {
    List<String> absent =
        Stream.of("cc", "make", "pkg-config").filter(tool -> !onPath(tool)).toList();
    if (!absent.isEmpty()) {
      return "not installed: " + String.join(", ", absent) + "; try: " + INSTALL;
    }
    if (run(target(), "pkg-config", "--exists", "umockdev-1.0", "gio-unix-2.0").status() != 0) {
      return "not installed: umockdev; try: " + INSTALL;
    }
    return "";
  }

  /** The simulator's program, compiled when it is older than its sources. */
  static synchronized Path simulator() {
    if (simulator == null) {
      Path folder = folder();
      Path sources = target().resolveSibling("src").resolve("test").resolve("c");
      Result made =
          run(
              folder,
              "make",
              "-s",
              "-f",
              sources.resolve("Makefile").toString(),
              "VPATH=" + sources);
      if (made.status() != 0) {
        throw new IllegalStateException("the simulator does not compile:\n" + made.output());
      }
      simulator = folder.resolve("widgets");
    }
    return simulator;
  }

  /** Where all of the harness' files go. */
  static Path folder() {
    try {
      return Files.createDirectories(target().resolve("umockdev"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path target() {
    try {
      return Path.of(
              UmockdevTools.class.getProtectionDomain().getCodeSource().getLocation().toURI())
          .getParent();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean onPath(String tool) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
  }

  private record Result(int status, String output) {}

  private static Result run(Path folder, String... command) {
    try {
      Process process =
          new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes());
      return new Result(process.waitFor(), output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted while running " + command[0], e);
    }
  }
}
