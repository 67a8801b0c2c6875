package org.bulkhead.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The parts of a page that commands write. */
public final class Marked {

  private static final String BEGIN = "<!-- %s by ./bench -->";
  private static final String END = "<!-- end of %s -->";

  private Marked() {}

  /**
   * Replaces what stands between two marks, where a file has them.
   *
   * @param file the page
   * @param name of the marks
   * @param figures what is to stand there
   * @throws IOException where the file cannot be read or written
   */
  public static void between(Path file, String name, String figures) throws IOException {
    String text = Files.readString(file);
    int begin = text.indexOf(BEGIN.formatted(name));
    int end = text.indexOf(END.formatted(name));
    if (begin >= 0 && end > begin) {
      Files.writeString(
          file,
          text.substring(0, begin + BEGIN.formatted(name).length())
              + "\n"
              + figures
              + text.substring(end));
    }
  }
}
