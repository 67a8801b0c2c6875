package org.bulkhead.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The short run that each build makes; the long one is fuzz/run. */
class FuzzTest {

  private static final Path MODULE = Path.of("").toAbsolutePath();
  private static final int SECONDS = 2;
  private static final int MOST_FILES = 200;

  static Set<String> names() {
    return Targets.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void corpus_keepsEveryPromise(String name) throws Exception {
    Target target = Targets.named(name);
    List<Path> files = corpus(name);
    assertThat(files).hasSizeBetween(1, MOST_FILES);
    for (Path file : files) {
      try {
        Judge.run(target, Files.readAllBytes(file));
      } catch (Exception | AssertionError broken) {
        throw new AssertionError(file.toString(), broken);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void someSeconds_findNothing(String name) throws Exception {
    FuzzRun run = new FuzzRun(name, MODULE, "brief");

    assertThat(run.fuzz(SECONDS)).as("see %s and %s", run.log(), run.findings()).isTrue();
    assertThat(run.progress().coverage()).as("coverage, see %s", run.log()).isPositive();
  }

  private static List<Path> corpus(String name) throws IOException {
    try (Stream<Path> files = Files.list(MODULE.resolve("corpus").resolve(name))) {
      return files.toList();
    }
  }
}
