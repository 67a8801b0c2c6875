package org.bulkhead.console.internal;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.apache.felix.gogo.runtime.SyntaxError;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.apache.felix.service.command.Job;
import org.bulkhead.console.ConsoleSession;
import org.bulkhead.console.internal.CommandLine.Statement;
import org.bulkhead.console.internal.Failures.Failure;
import org.osgi.service.log.Logger;

/**
 * Executes command lines in one Gogo session: one thread executes, any other may cancel.
 *
 * <p>{@code a; b} is executed as in a Unix shell: {@code b} runs whatever became of {@code a}, and
 * the status is that of {@code b}. A cancelled statement ends the whole line.
 */
final class Interpreter implements AutoCloseable {

  private static final Duration CANCEL_PATIENCE = Duration.ofMillis(300);

  private final CommandProcessor processor;
  private final ConsoleSession console;
  private final Failures failures;
  private final InputStream in;
  private final PrintStream out;
  private final PrintStream err;
  private final Object lock = new Object();
  private CommandSession session;
  private Revocable sessionOut;
  private Revocable sessionErr;
  private Thread executing;
  private boolean cancelled;
  private volatile boolean ended;

  Interpreter(
      CommandProcessor processor,
      ConsoleSession console,
      Logger logger,
      InputStream in,
      OutputStream out,
      OutputStream err) {
    this.processor = processor;
    this.console = console;
    this.failures = new Failures(logger);
    this.in = in;
    this.out = new PrintStream(out, true, StandardCharsets.UTF_8);
    this.err = err == out ? this.out : new PrintStream(err, true, StandardCharsets.UTF_8);
    session = openSession();
  }

  private CommandSession openSession() {
    sessionOut = new Revocable(out);
    sessionErr = err == out ? sessionOut : new Revocable(err);
    CommandSession opened = processor.createSession(in, sessionOut, sessionErr);
    opened.put(ConsoleSession.VARIABLE, console);
    opened.put(CommandSession.OPTION_NO_GLOB, true);
    return opened;
  }

  /** Executes a line, prints results and failures, and returns the status of the last statement. */
  int execute(String line) {
    List<Statement> statements;
    try {
      statements = CommandLine.parse(line);
    } catch (SyntaxError e) {
      return report(failures.describe("", e, Set.of()));
    }
    synchronized (lock) {
      cancelled = false;
    }
    int status = 0;
    for (Statement statement : statements) {
      status = execute(statement);
      if (ended || isCancelled()) {
        break;
      }
    }
    return status;
  }

  private int execute(Statement statement) {
    try {
      boolean help = statement.asksForHelp() && commands().contains(fullName(statement.command()));
      Object result = invoke(help ? "help " + fullName(statement.command()) : statement.text());
      if (result != null) {
        out.println(session.format(result, Converter.INSPECT));
      }
      return 0;
    } catch (ExitRequest e) {
      ended = true;
      return e.status;
    } catch (Exception e) {
      if (isCancelled()) {
        return report(new Failure(Failures.INTERRUPTED, null));
      }
      return report(failures.describe(statement.command(), e, commands()));
    } finally {
      out.flush();
      err.flush();
    }
  }

  private int report(Failure failure) {
    if (failure.message() != null) {
      err.println(failure.message());
    }
    return failure.status();
  }

  private Object invoke(String text) throws Exception {
    synchronized (lock) {
      if (cancelled) {
        throw new InterruptedException();
      }
      executing = Thread.currentThread();
    }
    try {
      return session.execute(text);
    } finally {
      synchronized (lock) {
        executing = null;
        // A cancel that came as the command ended must not hit what this thread does next.
        Thread.interrupted();
      }
      if (isCancelled()) {
        renewSession();
      }
    }
  }

  /**
   * Goes on in a fresh session. Gogo writes through a channel of the session, which closes when a
   * thread inside it is interrupted; and a job that does not end would block the foreground. What
   * the cancelled command still writes is not what the next one answers, so it is dropped.
   */
  private void renewSession() {
    long deadline = System.nanoTime() + CANCEL_PATIENCE.toNanos();
    while (session.foregroundJob() != null && System.nanoTime() < deadline) {
      LockSupport.parkNanos(1_000_000);
    }
    sessionOut.revoke();
    sessionErr.revoke();
    CommandSession cancelledSession = session;
    CommandSession renewed = openSession();
    for (Object name : (Set<?>) cancelledSession.get(null)) {
      renewed.put(name.toString(), cancelledSession.get(name.toString()));
    }
    synchronized (lock) {
      session = renewed;
    }
    cancelledSession.close();
  }

  /** Interrupts what is executing, if anything is. */
  void cancel() {
    synchronized (lock) {
      cancelled = true;
      if (executing != null) {
        session.jobs().forEach(Job::interrupt);
        executing.interrupt();
      }
    }
  }

  private boolean isCancelled() {
    synchronized (lock) {
      return cancelled;
    }
  }

  /** Whether {@code exit} was executed. */
  boolean ended() {
    return ended;
  }

  /** The full names of all commands. */
  @SuppressWarnings("unchecked")
  Collection<String> commands() {
    return (Set<String>) session.get(".commands");
  }

  /** Puts the scope before a command's name; returns unknown names as they are. */
  String fullName(String command) {
    return command.contains(":")
        ? command
        : commands().stream()
            .filter(name -> name.endsWith(":" + command))
            .findFirst()
            .orElse(command);
  }

  @Override
  public void close() {
    session.close();
  }
}
