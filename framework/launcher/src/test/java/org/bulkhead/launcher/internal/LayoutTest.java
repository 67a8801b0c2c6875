package org.bulkhead.launcher.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayoutTest {

  @TempDir Path folder;

  @Test
  void prepare_closesTheRunFolderToOthers() throws IOException {
    Layout layout = new Layout(folder, folder.resolve("var"));

    layout.prepare();

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(layout.run())))
        .isEqualTo("rwx------");
  }

  @Test
  void folderThatCannotBeMade_isNamedWithTheRemedy() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    Layout layout = new Layout(folder, file.resolve("var"));

    assertThatThrownBy(layout::prepare)
        .isInstanceOf(UnusableVarException.class)
        .hasMessageContaining(file.resolve("var").toString())
        .hasMessageContaining("BULKHEAD_VAR");
  }

  @Test
  void sweepTmp_deletesWhatIsInsideOnly() throws IOException {
    Layout layout = new Layout(folder, folder.resolve("var"));
    layout.prepare();
    Files.createDirectories(layout.tmp().resolve("usb4java1"));
    Files.createFile(layout.tmp().resolve("usb4java1/lib.so"));

    layout.sweepTmp();

    assertThat(layout.tmp()).isEmptyDirectory();
  }
}
