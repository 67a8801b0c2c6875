package org.bulkhead.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The table of runs in the README, a row for each target. */
final class Table {

  private static final String BEGIN = "<!-- fuzz/run --record -->";
  private static final String END = "<!-- end -->";

  private Table() {}

  /** Puts a run in, in place of the last one of that target. */
  static synchronized void record(
      Path readme, String name, long seconds, FuzzRun.Progress run, int findings)
      throws IOException {
    List<String> lines = new ArrayList<>(Files.readAllLines(readme));
    int begin = lines.indexOf(BEGIN);
    int end = lines.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IOException(readme + " has no lines " + BEGIN + " and " + END);
    }
    lines.subList(begin, end).removeIf(line -> line.startsWith("| " + name + " |"));
    end = lines.indexOf(END);
    lines.add(
        end,
        String.format(
            "| %s | %d | %,d | %d | %d | %d |",
            name, seconds, run.executions(), run.coverage(), run.corpus(), findings));
    Files.write(readme, lines);
  }
}
