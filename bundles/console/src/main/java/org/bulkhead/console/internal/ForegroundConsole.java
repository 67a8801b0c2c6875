package org.bulkhead.console.internal;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOError;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.felix.service.command.CommandProcessor;
import org.bulkhead.console.ConsoleSession;
import org.bulkhead.launcher.admin.Gateway;
import org.bulkhead.launcher.admin.Gateway.Foreground;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;

/** The console on the terminal, or the plain input, that the gateway was started on. */
@Component(
    service = {},
    immediate = true)
public final class ForegroundConsole {

  private static final long JOIN_MILLIS = 500;

  private final BundleContext context;
  private final CommandProcessor processor;
  private final Gateway gateway;
  private final Logger logger;
  private final Thread thread = new Thread(this::run, "console");
  private volatile Interpreter interpreter;
  private volatile Terminal terminal;
  private volatile boolean stopping;

  /**
   * Called by the container.
   *
   * @param context this bundle's
   * @param processor Gogo
   * @param gateway says what to do with the terminal
   * @param loggers for unexpected failures
   */
  @Activate
  public ForegroundConsole(
      BundleContext context,
      @Reference CommandProcessor processor,
      @Reference Gateway gateway,
      @Reference LoggerFactory loggers) {
    this.context = context;
    this.processor = processor;
    this.gateway = gateway;
    this.logger = loggers.getLogger(ForegroundConsole.class);
    if (gateway.foreground() != Foreground.NONE) {
      // A thread that waits for a key cannot be interrupted, and must not keep the JVM alive.
      thread.setDaemon(true);
      thread.start();
    }
  }

  private void run() {
    int status = Failures.FAILURE;
    try {
      status = serve();
    } catch (IOError e) {
      if (!stopping) {
        logger.info("The terminal has gone, so the gateway ends: {}", e.getMessage());
      }
    } catch (IOException | RuntimeException e) {
      if (!stopping) {
        logger.error("The console ended unexpectedly", e);
      }
    } finally {
      gateway.shutdown(status);
    }
  }

  private int serve() throws IOException {
    if (gateway.commands().isPresent()) {
      return plain().execute(gateway.commands().get());
    }
    if (System.console() == null) {
      return PlainShell.run(plain(), new FileInputStream(FileDescriptor.in));
    }
    try (Terminal opened = openTerminal()) {
      terminal = opened;
      if (opened.getWidth() == 0) {
        // A serial line does not know its size.
        opened.setSize(new Size(80, 24));
      }
      interpreter =
          new Interpreter(
              processor,
              new TerminalConsole(opened),
              logger,
              opened.input(),
              opened.output(),
              opened.output());
      return new TerminalShell(
              interpreter,
              opened,
              gateway.var().resolve("history"),
              new ConsoleCompleter(context, interpreter))
          .run("Bulkhead. Type help; Tab completes; Ctrl-D ends the gateway.");
    }
  }

  private Interpreter plain() {
    // Not System.out: Gogo replaces it by one that leads here.
    OutputStream out = new FileOutputStream(FileDescriptor.out);
    OutputStream err = new FileOutputStream(FileDescriptor.err);
    interpreter =
        new Interpreter(
            processor, ConsoleSession.NO_TERMINAL, logger, InputStream.nullInputStream(), out, err);
    return interpreter;
  }

  private static Terminal openTerminal() throws IOException {
    Thread current = Thread.currentThread();
    ClassLoader before = current.getContextClassLoader();
    // JLine looks for its terminal providers there.
    current.setContextClassLoader(Terminal.class.getClassLoader());
    try {
      return TerminalBuilder.builder().name("bulkhead").system(true).nativeSignals(true).build();
    } finally {
      current.setContextClassLoader(before);
    }
  }

  @Deactivate
  void stop() throws InterruptedException, IOException {
    stopping = true;
    if (interpreter != null) {
      interpreter.cancel();
    }
    if (terminal != null) {
      terminal.close();
    }
    if (Thread.currentThread() != thread) {
      thread.interrupt();
      thread.join(JOIN_MILLIS);
    }
    if (interpreter != null) {
      interpreter.close();
    }
  }
}
