package org.bulkhead.framework.internal.recorder;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bulkhead.framework.admin.CrashInfo;

/**
 * The folder of all reports. It holds what the JVM writes when it crashes, too, which is left
 * alone: only folders of a report's name are ours.
 */
final class CrashFolder {

  private static final Pattern OURS = Pattern.compile("\\d{8}T\\d{6}\\.\\d{3}Z-.+");
  private static final String PART = ".part";
  private static final int MOST_WITH_ONE_NAME = 100;

  private record Kept(Path path, Instant written, long bytes) {}

  private final Path folder;
  private final CrashReports.Settings settings;

  CrashFolder(Path folder, CrashReports.Settings settings) {
    this.folder = folder;
    this.settings = settings;
  }

  String path(String name) {
    return folder.resolve(name).toString();
  }

  @Override
  public String toString() {
    return String.valueOf(folder);
  }

  /** Writes a report, which appears whole, and removes those that have had their time. */
  void write(String name, Map<String, byte[]> files) throws IOException {
    Files.createDirectories(folder);
    Path part = folder.resolve(name + PART);
    try {
      Files.createDirectories(part);
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        Files.write(part.resolve(file.getKey()), file.getValue());
      }
      settle(part, name);
    } catch (IOException failed) {
      remove(part);
      throw failed;
    } finally {
      prune();
    }
  }

  /** Two interfaces of a device may fail within one millisecond. */
  private void settle(Path part, String name) throws IOException {
    for (int i = 1; i < MOST_WITH_ONE_NAME; i++) {
      Path place = folder.resolve(i == 1 ? name : name + "-" + i);
      if (!Files.exists(place)) {
        Files.move(part, place);
        return;
      }
    }
    throw new FileAlreadyExistsException(folder.resolve(name).toString());
  }

  private void prune() throws IOException {
    long bytes = 0;
    Instant oldest = Instant.now().minus(settings.age());
    List<Kept> kept = kept();
    for (int i = kept.size() - 1; i >= 0; i--) {
      Kept one = kept.get(i);
      bytes += one.bytes;
      boolean newest = i == kept.size() - 1;
      if (!newest && bytes > settings.totalBytes() || one.written.isBefore(oldest)) {
        remove(one.path);
      }
    }
  }

  /** Oldest first: their names begin with their times. */
  private List<Kept> kept() throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    List<Kept> kept = new ArrayList<>();
    try (Stream<Path> all = Files.list(folder)) {
      for (Path path : (Iterable<Path>) all::iterator) {
        if (OURS.matcher(path.getFileName().toString()).matches() && Files.isDirectory(path)) {
          kept.add(new Kept(path, Files.getLastModifiedTime(path).toInstant(), bytes(path)));
        }
      }
    }
    kept.sort(Comparator.comparing(k -> k.path.getFileName().toString()));
    return kept;
  }

  private static long bytes(Path report) throws IOException {
    long bytes = 0;
    try (Stream<Path> files = Files.list(report)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        bytes += Files.size(file);
      }
    }
    return bytes;
  }

  private static void remove(Path report) throws IOException {
    if (!Files.exists(report)) {
      return;
    }
    try (Stream<Path> files = Files.list(report)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(report);
  }

  List<CrashInfo> list() {
    List<CrashInfo> found = new ArrayList<>();
    try {
      for (Kept one : kept()) {
        if (!one.path.toString().endsWith(PART)) {
          found.add(new CrashInfo(one.written, one.path.toString(), one.bytes, summary(one.path)));
        }
      }
    } catch (IOException unreadable) {
      found.add(new CrashInfo(Instant.EPOCH, folder.toString(), 0, unreadable.toString()));
    }
    return found;
  }

  private static String summary(Path report) {
    try (BufferedReader lines =
        Files.newBufferedReader(report.resolve("report.txt"), StandardCharsets.UTF_8)) {
      String first = lines.readLine();
      return first == null ? "" : first.replaceFirst("^Fault: ", "");
    } catch (IOException unreadable) {
      return unreadable.toString();
    }
  }
}
