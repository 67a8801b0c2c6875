package org.bulkhead.console.internal;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import org.bulkhead.console.ConsoleSession;
import org.bulkhead.console.RawTerminal;
import org.jline.terminal.Attributes;
import org.jline.terminal.Attributes.ControlChar;
import org.jline.terminal.Attributes.LocalFlag;
import org.jline.terminal.Attributes.OutputFlag;
import org.jline.terminal.Terminal;
import org.jline.utils.NonBlockingInputStream;

/** A console with a JLine terminal. */
final class TerminalConsole implements ConsoleSession {

  private final Terminal terminal;

  TerminalConsole(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public boolean onTerminal() {
    return true;
  }

  @Override
  public int width() {
    return terminal.getWidth() > 0 ? terminal.getWidth() : 80;
  }

  @Override
  public Optional<RawTerminal> openRaw() {
    if (!(terminal.input() instanceof NonBlockingInputStream keys)) {
      return Optional.empty();
    }
    Attributes before = terminal.enterRawMode();
    Attributes raw = terminal.getAttributes();
    // JLine's raw mode leaves Ctrl-C a signal and newlines translated.
    raw.setLocalFlag(LocalFlag.ISIG, false);
    raw.setOutputFlag(OutputFlag.OPOST, false);
    raw.setControlChar(ControlChar.VMIN, 1);
    raw.setControlChar(ControlChar.VTIME, 0);
    terminal.setAttributes(raw);
    return Optional.of(new Raw(keys, before));
  }

  private final class Raw implements RawTerminal {
    private final NonBlockingInputStream keys;
    private final Attributes before;

    Raw(NonBlockingInputStream keys, Attributes before) {
      this.keys = keys;
      this.before = before;
    }

    @Override
    public int read(Duration timeout) throws IOException {
      int read = keys.read(Math.max(1, timeout.toMillis()));
      return read == NonBlockingInputStream.READ_EXPIRED ? NOTHING : read;
    }

    @Override
    public OutputStream output() {
      return terminal.output();
    }

    @Override
    public void close() {
      terminal.setAttributes(before);
    }
  }
}
