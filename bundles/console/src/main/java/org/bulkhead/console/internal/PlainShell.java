package org.bulkhead.console.internal;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** The shell for an input that is not a terminal: it executes line by line, without a prompt. */
final class PlainShell {

  private PlainShell() {}

  /** Executes all lines; returns the status of the last one, or that of {@code exit}. */
  static int run(Interpreter interpreter, InputStream in) throws IOException {
    BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    int status = 0;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      status = interpreter.execute(line);
      if (interpreter.ended()) {
        break;
      }
    }
    return status;
  }
}
