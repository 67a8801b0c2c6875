package org.bulkhead.console.internal;

import java.io.EOFException;
import java.lang.reflect.InvocationTargetException;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.felix.gogo.runtime.CommandNotFoundException;
import org.apache.felix.gogo.runtime.SyntaxError;
import org.bulkhead.console.CommandFailure;
import org.osgi.service.log.Logger;

/** Turns what a command threw into one line and a status. */
final class Failures {

  static final int FAILURE = 1;

  /** As in a Unix shell. */
  static final int NOT_FOUND = 127;

  /** As in a Unix shell, 128 and the number of SIGINT. */
  static final int INTERRUPTED = 130;

  /**
   * What is told of a failure.
   *
   * @param status the statement's status
   * @param message one line, or null when there is nothing to say
   */
  record Failure(int status, String message) {}

  private final Logger logger;

  Failures(Logger logger) {
    this.logger = logger;
  }

  Failure describe(String command, Throwable thrown, Collection<String> commands) {
    Throwable e = unwrap(thrown);
    if (e instanceof CommandFailure failure) {
      return new Failure(failure.status(), failure.getMessage());
    }
    if (e instanceof InterruptedException) {
      return new Failure(INTERRUPTED, null);
    }
    if (e instanceof CommandNotFoundException unknown) {
      return new Failure(NOT_FOUND, unknown(unknown.getCommand(), commands));
    }
    if (e instanceof SyntaxError || e instanceof EOFException) {
      return new Failure(CommandFailure.USAGE, "syntax error: " + e.getMessage());
    }
    String message = String.valueOf(e.getMessage());
    if (e instanceof IllegalArgumentException && message.startsWith("Cannot coerce")) {
      return new Failure(
          CommandFailure.USAGE,
          command + ": wrong arguments; '" + command + " --help' shows the right ones");
    }
    if (!(e instanceof IllegalArgumentException)) {
      logger.warn("The command {} failed unexpectedly", command, e);
    }
    return new Failure(FAILURE, command + ": " + (e.getMessage() == null ? e : message));
  }

  private static Throwable unwrap(Throwable thrown) {
    Throwable e = thrown;
    while ((e instanceof InvocationTargetException || e instanceof ExecutionException)
        && e.getCause() != null) {
      e = e.getCause();
    }
    return e;
  }

  private static String unknown(String command, Collection<String> commands) {
    List<String> nearest = Nearest.to(command, commands);
    String hint = nearest.isEmpty() ? "" : "; the nearest: " + String.join(", ", nearest);
    return "unknown command '" + command + "'" + hint + " ('help' lists all)";
  }
}
