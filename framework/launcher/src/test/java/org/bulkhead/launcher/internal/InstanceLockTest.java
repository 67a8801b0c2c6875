package org.bulkhead.launcher.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstanceLockTest {

  @TempDir Path folder;

  @Test
  void secondHolder_isRefusedAndFindsTheFirst() throws IOException {
    try (InstanceLock first = InstanceLock.tryAcquire(folder).orElseThrow()) {
      assertThat(first).isNotNull();
      assertThat(InstanceLock.tryAcquire(folder)).isEmpty();
      assertThat(InstanceLock.holder(folder)).contains(ProcessHandle.current());
    }
  }

  @Test
  void released_canBeTakenAgain() throws Exception {
    InstanceLock.tryAcquire(folder).orElseThrow().close();

    assertThat(InstanceLock.holder(folder)).isEmpty();
    assertThat(InstanceLock.awaitFree(folder, Duration.ofSeconds(10))).isTrue();
    InstanceLock.tryAcquire(folder).orElseThrow().close();
  }

  @Test
  void staleProcessId_doesNotHinder() throws IOException {
    Files.writeString(folder.resolve("pid"), "1\n");
    Files.createFile(folder.resolve("lock"));

    assertThat(InstanceLock.holder(folder)).isEmpty();
    InstanceLock.tryAcquire(folder).orElseThrow().close();
  }

  @Test
  void folderNeverUsed_hasNoHolder() throws IOException {
    assertThat(InstanceLock.holder(folder)).isEmpty();
  }
}
