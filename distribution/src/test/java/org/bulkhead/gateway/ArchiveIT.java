package org.bulkhead.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.bulkhead.gateway.Installation.Result;
import org.junit.jupiter.api.Test;

/** The archive that people download, and the archive of classes that it can make of itself. */
class ArchiveIT extends InstalledTest {

  private static final long MOST_MEBIBYTES = 20;

  @Test
  void distribution_isAsSmallAsPromised() throws Exception {
    double mebibytes = Files.size(Path.of(System.getProperty("gateway.archive"))) / 1048576.0;

    System.out.printf("distribution: %.1f MiB of at most %d%n", mebibytes, MOST_MEBIBYTES);

    assertThat(mebibytes).as("MiB of the distribution").isLessThan(MOST_MEBIBYTES);
  }

  @Test
  void archive_onceMade_isUsedByTheNextStart() throws Exception {
    Result made = gateway.bulkhead("archive");
    assertThat(made.status()).as(made.toString()).isZero();
    assertThat(gateway.bulkhead("archive").status()).isZero();

    startInSilence();

    assertThat(archives()).hasSize(1);
    assertThat(mapped()).contains(archives().get(0).toString());
  }

  @Test
  void archive_thatIsNone_isLeftAside() throws Exception {
    assertThat(gateway.bulkhead("archive").status()).isZero();
    Files.write(archives().get(0), new byte[100_000]);

    startInSilence();

    Result result = gateway.bulkhead("exec", "lb -s");
    assertThat(result.status()).isZero();
    assertThat(mapped()).doesNotContain(archives().get(0).toString());
  }

  private void startInSilence() throws IOException, InterruptedException {
    Result result = start();
    assertThat(result.out() + result.err()).doesNotContain("warning");
  }

  private String mapped() throws IOException {
    return Files.readString(Path.of("/proc", "" + gateway.process().pid(), "maps"));
  }

  private List<Path> archives() throws IOException {
    try (Stream<Path> files = Files.list(gateway.deploy().resolveSibling("var/archive"))) {
      return files.filter(file -> file.toString().endsWith(".jsa")).toList();
    }
  }
}
