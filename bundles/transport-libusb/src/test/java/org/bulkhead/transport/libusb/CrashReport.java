package org.bulkhead.transport.libusb;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the JVM wrote when it crashed. */
final class CrashReport {

  private static final String PREFIX = "hs_err_";

  private CrashReport() {}

  static String option() {
    return "-XX:ErrorFile=" + UmockdevTools.folder().resolve(PREFIX + "%p.log");
  }

  static void sweep() throws IOException {
    for (Path report : reports()) {
      Files.delete(report);
    }
  }

  /** The signal, the frame and the Java frames of the crash, or the bare exit status. */
  static String headline(int status) throws IOException {
    for (Path report : reports()) {
      List<String> lines = Files.readAllLines(report, StandardCharsets.ISO_8859_1);
      String interesting =
          lines.stream()
              .filter(line -> line.matches("#  SIG.*|# [CJjVv]  .*|[CJjVv]  .*|Current thread.*"))
              .limit(8)
              .collect(Collectors.joining("\n"));
      return "it crashed (status " + status + "), see " + report + "\n" + interesting;
    }
    return "status " + status + ", and no crash report";
  }

  private static List<Path> reports() throws IOException {
    try (Stream<Path> files = Files.list(UmockdevTools.folder())) {
      return files.filter(file -> file.getFileName().toString().startsWith(PREFIX)).toList();
    }
  }
}
