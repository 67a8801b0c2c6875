package org.bulkhead.campaign.internal.parent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folders that campaigns run in, one for each process. One that kept its promise takes its
 * folder away; of the others the last is left to be looked at.
 */
final class RunFolders {

  private static final String PREFIX = "run-";

  private RunFolders() {}

  /** The folder of this process; takes away what campaigns before have left, but for the last. */
  static Path own(Path target) throws IOException {
    Path own = target.resolve(PREFIX + ProcessHandle.current().pid());
    List<Path> ended = new ArrayList<>();
    if (Files.isDirectory(target)) {
      try (Stream<Path> all = Files.list(target)) {
        all.filter(folder -> !folder.equals(own)).filter(RunFolders::hasEnded).forEach(ended::add);
      }
    }
    ended.sort(Comparator.comparing(RunFolders::changed));
    for (Path folder : ended.subList(0, Math.max(0, ended.size() - 1))) {
      delete(folder);
    }
    return own;
  }

  private static boolean hasEnded(Path folder) {
    String name = folder.getFileName().toString();
    return name.matches(PREFIX + "\\d{1,9}")
        && ProcessHandle.of(Long.parseLong(name.substring(PREFIX.length()))).isEmpty();
  }

  private static FileTime changed(Path folder) {
    try {
      return Files.getLastModifiedTime(folder);
    } catch (IOException gone) {
      return FileTime.fromMillis(0);
    }
  }

  /** Deletes a folder with all that is in it; nothing where there is none. */
  static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> all = Files.walk(folder)) {
        for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
