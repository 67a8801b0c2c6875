package org.bulkhead.itests.lines.internal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** One open port, whose bytes are cut into lines. Used by one thread at a time. */
final class LinePort {

  private final InputStream in;
  private final Consumer<String> lines;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

  LinePort(InputStream in, Consumer<String> lines) {
    this.in = in;
    this.lines = lines;
  }

  /** Reads what is there, without waiting. */
  void readAvailable() throws IOException {
    for (byte b : in.readNBytes(in.available())) {
      if (b != '\n') {
        line.write(b);
      } else {
        lines.accept(line.toString(StandardCharsets.UTF_8));
        line.reset();
      }
    }
  }

  void close() {
    try {
      in.close();
    } catch (IOException away) {
      // The device is away, and its port with it.
    }
  }
}
