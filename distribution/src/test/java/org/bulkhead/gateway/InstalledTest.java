package org.bulkhead.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.bulkhead.gateway.Installation.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The distribution, unpacked for each test and stopped after it. */
abstract class InstalledTest {

  @TempDir Path folder;
  Installation gateway;

  @BeforeEach
  void unpack() throws Exception {
    gateway = Installation.unpack(folder.resolve("unpacked"));
  }

  @AfterEach
  void stop() throws Exception {
    gateway.bulkhead("stop");
  }

  Result start() throws IOException, InterruptedException {
    Result result = gateway.bulkhead("start");
    assertThat(result.status()).as(result.toString()).isZero();
    return result;
  }
}
