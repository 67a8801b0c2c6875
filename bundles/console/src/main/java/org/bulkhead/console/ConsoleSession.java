package org.bulkhead.console;

import java.util.Optional;
import org.apache.felix.service.command.CommandSession;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What a command may know about where it runs.
 *
 * <p>A command takes the {@link CommandSession} as its first parameter and asks {@link #of}. It
 * writes its output to {@code session.getConsole()}, or returns an object, which the console
 * prints. When the user presses Ctrl-C or goes away, the command's thread is interrupted: a command
 * that waits must let the interrupt end it. All methods may be called from any thread and do no
 * I/O.
 */
@ProviderType
public interface ConsoleSession {

  /** The name under which the Gogo session holds this object. */
  String VARIABLE = ".console";

  /**
   * Whether a person looks at the output: then progress bars and colours are welcome.
   *
   * @return true on a terminal, false in {@code exec}, scripts and pipes
   */
  boolean onTerminal();

  /**
   * The width of the terminal.
   *
   * @return its columns now, 80 without a terminal
   */
  int width();

  /**
   * Takes the keyboard and the screen over, for a command that is a terminal session itself.
   *
   * @return the raw terminal, to be closed before the command ends; empty where keys cannot be read
   */
  Optional<RawTerminal> openRaw();

  /**
   * Finds the console of a Gogo session.
   *
   * @param session the session that the command was given
   * @return its console; outside of our console, one without a terminal
   */
  static ConsoleSession of(CommandSession session) {
    return session.get(VARIABLE) instanceof ConsoleSession console ? console : NO_TERMINAL;
  }

  /** A console without a terminal. */
  ConsoleSession NO_TERMINAL =
      new ConsoleSession() {
        @Override
        public boolean onTerminal() {
          return false;
        }

        @Override
        public int width() {
          return 80;
        }

        @Override
        public Optional<RawTerminal> openRaw() {
          return Optional.empty();
        }
      };
}
