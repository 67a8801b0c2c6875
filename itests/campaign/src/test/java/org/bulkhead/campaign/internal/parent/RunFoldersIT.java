package org.bulkhead.campaign.internal.parent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFoldersIT {

  /** More than Linux gives to processes. */
  private static final int NOBODY = 99_999_900;

  @TempDir Path target;

  private Path run(String name, int second) throws IOException {
    Path folder = Files.createDirectory(target.resolve(name));
    Files.writeString(folder.resolve("console.log"), "text");
    Files.setLastModifiedTime(folder, FileTime.fromMillis(1_000L * second));
    return folder;
  }

  @Test
  void ofRunsThatEnded_theLastIsLeft() throws Exception {
    Path first = run("run-" + NOBODY, 1);
    Path last = run("run-" + (NOBODY + 1), 3);
    Path second = run("run-" + (NOBODY + 2), 2);
    Path running = run("run-" + ProcessHandle.current().parent().orElseThrow().pid(), 0);
    Path other = run("classes", 0);

    Path own = RunFolders.own(target);

    assertThat(own.getFileName().toString()).isEqualTo("run-" + ProcessHandle.current().pid());
    assertThat(first).doesNotExist();
    assertThat(second).doesNotExist();
    assertThat(last).exists();
    assertThat(running).exists();
    assertThat(other).exists();
  }
}
