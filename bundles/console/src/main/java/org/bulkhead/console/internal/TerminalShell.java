package org.bulkhead.console.internal;

import java.nio.file.Path;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.Terminal.Signal;
import org.jline.terminal.Terminal.SignalHandler;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;

/** The shell on a terminal: editing, completion, history, Ctrl-C and Ctrl-D. */
final class TerminalShell {

  private final Interpreter interpreter;
  private final Terminal terminal;
  private final LineReader reader;
  private final String prompt;

  TerminalShell(
      Interpreter interpreter, Terminal terminal, Path history, ConsoleCompleter completer) {
    this.interpreter = interpreter;
    this.terminal = terminal;
    reader =
        LineReaderBuilder.builder()
            .terminal(terminal)
            .completer(completer)
            .variable(LineReader.HISTORY_FILE, history)
            .variable(LineReader.HISTORY_SIZE, 1000)
            .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
            .build();
    prompt =
        new AttributedStringBuilder()
            .styled(AttributedStyle.BOLD.foreground(AttributedStyle.CYAN), "bulkhead")
            .append("> ")
            .toAnsi(terminal);
  }

  /** Reads and executes until Ctrl-D or {@code exit}; returns 0 or the status of {@code exit}. */
  int run(String banner) {
    terminal.writer().println(banner);
    terminal.flush();
    while (true) {
      String line;
      try {
        line = reader.readLine(prompt);
      } catch (UserInterruptException e) {
        continue;
      } catch (EndOfFileException e) {
        return 0;
      }
      int status = execute(line);
      if (interpreter.ended()) {
        return status;
      }
    }
  }

  private int execute(String line) {
    SignalHandler before = terminal.handle(Signal.INT, signal -> interpreter.cancel());
    try {
      return interpreter.execute(line);
    } finally {
      terminal.handle(Signal.INT, before);
    }
  }
}
