package org.bulkhead.commands.internal;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Process;
import org.bulkhead.console.CommandFailure;
import org.bulkhead.console.ConsoleSession;
import org.bulkhead.console.RawTerminal;

/**
 * Where the running command reads and writes.
 *
 * <p>Commands print here and return nothing, because Gogo drops what a command returns into a
 * {@code >}, and because most of them print as they go.
 *
 * @param out standard output
 * @param err standard error
 * @param directory what relative paths are relative to
 * @param console the terminal, if there is one
 * @param watched whether a person looks at standard error
 */
record Shell(
    PrintStream out, PrintStream err, Path directory, ConsoleSession console, boolean watched) {

  private static final Duration KEY_POLL = Duration.ofMillis(100);

  static Shell current() {
    Process process = Process.Utils.current();
    if (process == null) {
      return new Shell(System.out, System.err, Path.of(""), ConsoleSession.NO_TERMINAL, false);
    }
    CommandSession session = process.job().session();
    ConsoleSession console = ConsoleSession.of(session);
    return new Shell(
        utf8(process.out()),
        utf8(process.err()),
        session.currentDir(),
        console,
        console.onTerminal() && process.isTty(2));
  }

  /** Gogo's own streams have the platform's charset, which may be ASCII. */
  private static PrintStream utf8(PrintStream stream) {
    return new PrintStream(stream, true, StandardCharsets.UTF_8);
  }

  void print(View view, boolean json) {
    out.println(view.render(json));
    out.flush();
  }

  Path path(String name) {
    try {
      return directory.resolve(name);
    } catch (InvalidPathException e) {
      throw new CommandFailure(
          CommandFailure.USAGE, "\"" + name + "\" is not a file name: " + e.getReason());
    }
  }

  /** Asks on the terminal; anything but y is a no. Without a terminal the answer is no. */
  boolean confirm(String question) throws IOException {
    if (!watched) {
      return false;
    }
    try (RawTerminal keys = console.openRaw().orElse(null)) {
      if (keys == null) {
        return false;
      }
      err.print(question + " [y/N] ");
      err.flush();
      int key = RawTerminal.NOTHING;
      while (key == RawTerminal.NOTHING) {
        if (Thread.interrupted()) {
          throw new InterruptedIOException("interrupted");
        }
        key = keys.read(KEY_POLL);
      }
      boolean yes = key == 'y' || key == 'Y';
      err.print(yes ? "yes\r\n" : "no\r\n");
      return yes;
    }
  }
}
