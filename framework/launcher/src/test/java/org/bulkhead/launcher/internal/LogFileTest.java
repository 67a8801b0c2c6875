package org.bulkhead.launcher.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFileTest {

  @TempDir Path folder;

  @Test
  void fullFile_becomesNumberOneAndTheOldestGoes() throws IOException {
    LogFile log = new LogFile(folder.resolve("g.log"), 100, 2);
    for (int i = 0; i < 5; i++) {
      log.publish(entry("org.bulkhead.deploy", i + "x".repeat(60), null));
    }
    log.close();

    assertThat(Files.readString(folder.resolve("g.log"))).contains("4x");
    assertThat(Files.readString(folder.resolve("g.log.1"))).contains("3x");
    assertThat(Files.readString(folder.resolve("g.log.2"))).contains("2x");
    assertThat(folder.resolve("g.log.3")).doesNotExist();
  }

  @Test
  void entry_isOneLineWithShortSource() {
    String line = new LogFormat().format(entry("org.bulkhead.deploy", "two\nlines", null));

    assertThat(line).matches("\\d{4}-\\S+ \\S+ WARN  deploy: two\n    lines\n");
  }

  @Test
  void exception_followsWithItsStack() {
    String text = new LogFormat().format(entry("x", "failed", new IllegalStateException("why")));

    assertThat(text).contains("IllegalStateException: why", "at org.bulkhead");
  }

  @Test
  void unwritableLog_doesNotThrow() {
    LogFile log = new LogFile(folder.resolve("absent/g.log"), 100, 2);

    log.publish(entry("x", "lost", null));
  }

  private static LogRecord entry(String source, String message, Throwable thrown) {
    LogRecord entry = new LogRecord(Level.WARNING, message);
    entry.setLoggerName(source);
    entry.setThrown(thrown);
    return entry;
  }
}
