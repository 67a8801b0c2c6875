package org.bulkhead.console.internal;

import java.io.IOError;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.felix.service.command.CommandProcessor;
import org.bulkhead.console.ConsoleSession;
import org.bulkhead.launcher.admin.Frame;
import org.bulkhead.launcher.admin.FrameChannel;
import org.bulkhead.launcher.admin.ProtocolException;
import org.bulkhead.launcher.admin.WindowSize;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.Terminal.Signal;
import org.jline.terminal.impl.ExternalTerminal;
import org.osgi.framework.BundleContext;
import org.osgi.service.log.Logger;

/**
 * One client of the administration socket, with three threads: one receives frames, one executes
 * commands and may be interrupted at any time, one sends frames.
 */
final class AdminSession {

  private static final long JOIN_MILLIS = 300;

  private final BundleContext context;
  private final CommandProcessor processor;
  private final Logger logger;
  private final Path history;
  private final FrameChannel channel;
  private final FrameQueue output;
  private final TypedInput input = new TypedInput();
  private final Thread sending;
  private volatile Thread executing;
  private volatile Interpreter interpreter;
  private volatile Terminal terminal;

  AdminSession(
      BundleContext context,
      CommandProcessor processor,
      Logger logger,
      Path history,
      FrameChannel channel) {
    this.context = context;
    this.processor = processor;
    this.logger = logger;
    this.history = history;
    this.channel = channel;
    output = new FrameQueue(channel);
    sending = new Thread(output, "admin output");
    sending.setDaemon(true);
  }

  /** Serves the client until it goes; called on the thread that receives. */
  void serve() {
    try {
      Frame first = channel.receive();
      if (first != null) {
        open(first);
        for (Frame frame = channel.receive(); frame != null; frame = channel.receive()) {
          handle(frame);
        }
      }
    } catch (IOException e) {
      logger.debug("An administration client was dropped: {}", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      close();
    }
  }

  private void open(Frame first) throws IOException {
    sending.start();
    switch (first.type()) {
      case EXEC -> execute(first.text(0));
      case SHELL -> shell(WindowSize.parse(first.payload()), first.text(4));
      default -> throw new ProtocolException("a session cannot begin with " + first.type());
    }
  }

  private void execute(String commands) {
    Interpreter plain = plainInterpreter();
    start(() -> plain.execute(commands));
  }

  private void shell(WindowSize size, String type) throws IOException {
    if (size.columns() == 0) {
      Interpreter plain = plainInterpreter();
      start(() -> PlainShell.run(plain, input));
      return;
    }
    OutputStream screen = output.stream(Frame.Type.STDOUT);
    ExternalTerminal opened =
        new ExternalTerminal("bulkhead", terminalType(type), input, screen, StandardCharsets.UTF_8);
    opened.setSize(new Size(size.columns(), size.rows()));
    terminal = opened;
    interpreter =
        new Interpreter(
            processor,
            new TerminalConsole(opened),
            logger,
            opened.input(),
            opened.output(),
            opened.output());
    TerminalShell shell =
        new TerminalShell(interpreter, opened, history, new ConsoleCompleter(context, interpreter));
    start(
        () -> shell.run("Bulkhead. Type help; Tab completes; Ctrl-D leaves the gateway running."));
  }

  /** JLine passes the name to infocmp, so it must be nothing but a name. */
  private static String terminalType(String name) {
    return name.matches("[A-Za-z0-9][A-Za-z0-9._+-]{0,63}") ? name : "dumb";
  }

  private Interpreter plainInterpreter() {
    interpreter =
        new Interpreter(
            processor,
            ConsoleSession.NO_TERMINAL,
            logger,
            InputStream.nullInputStream(),
            output.stream(Frame.Type.STDOUT),
            output.stream(Frame.Type.STDERR));
    return interpreter;
  }

  private void start(Body body) {
    executing = new Thread(() -> run(body), "admin session");
    executing.setDaemon(true);
    executing.start();
  }

  private void run(Body body) {
    int status = Failures.FAILURE;
    try {
      status = body.run();
    } catch (IOException | RuntimeException | IOError e) {
      logger.warn("An administration session ended unexpectedly", e);
    }
    try {
      Thread.interrupted();
      output.put(Frame.exit(status));
      sending.join();
      channel.close();
    } catch (IOException | InterruptedException e) {
      // The client has gone first.
    }
  }

  private void handle(Frame frame) throws IOException, InterruptedException {
    switch (frame.type()) {
      case STDIN -> input.add(frame.payload());
      case SIZE -> resize(WindowSize.parse(frame.payload()));
      default -> throw new ProtocolException(frame.type() + " within a session");
    }
  }

  private void resize(WindowSize size) {
    if (terminal != null) {
      terminal.setSize(new Size(size.columns(), size.rows()));
      terminal.raise(Signal.WINCH);
    }
  }

  /** Interrupts what is executing and drops the client. */
  void close() {
    try {
      if (interpreter != null) {
        interpreter.cancel();
      }
      input.close();
      if (executing != null) {
        executing.join(JOIN_MILLIS);
      }
      sending.interrupt();
      channel.close();
      if (terminal != null) {
        terminal.close();
      }
    } catch (IOException e) {
      logger.debug("An administration session did not close cleanly", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (interpreter != null) {
        interpreter.close();
      }
    }
  }

  @FunctionalInterface
  private interface Body {
    int run() throws IOException;
  }
}
