package org.bulkhead.launcher.internal;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.bulkhead.launcher.admin.WindowSize;

/**
 * The terminal of the client in raw mode: every key goes to the gateway as it is typed, Ctrl-C
 * included. Its old settings come back on close and when the client is ended by a signal.
 */
final class RawTerminal implements AutoCloseable {

  private final String saved;
  private final Thread hook = new Thread(this::restore, "restore terminal");

  private RawTerminal(String saved) {
    this.saved = saved;
  }

  static RawTerminal enter() throws IOException {
    RawTerminal terminal = new RawTerminal(stty("-g"));
    Runtime.getRuntime().addShutdownHook(terminal.hook);
    stty("raw", "-echo");
    return terminal;
  }

  WindowSize size() {
    try {
      String[] rowsAndColumns = stty("size").split(" ");
      int columns = Integer.parseInt(rowsAndColumns[1]);
      int rows = Integer.parseInt(rowsAndColumns[0]);
      // A serial console does not know its size and says 0.
      return columns == 0 ? new WindowSize(80, 24) : new WindowSize(columns, rows);
    } catch (IOException | RuntimeException e) {
      return new WindowSize(80, 24);
    }
  }

  /**
   * Calls the listener, on a thread of the JVM, whenever the window changes. There is no public API
   * for that signal; without the JDK's own the size just stays what it was.
   */
  void onResize(Consumer<WindowSize> listener) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              handler.getClassLoader(),
              new Class<?>[] {handler},
              (self, method, args) -> {
                listener.accept(size());
                return null;
              });
      Object winch = signal.getConstructor(String.class).newInstance("WINCH");
      signal.getMethod("handle", signal, handler).invoke(null, winch, proxy);
    } catch (ReflectiveOperationException | RuntimeException e) {
      // See above.
    }
  }

  private void restore() {
    try {
      stty(saved);
    } catch (IOException e) {
      System.err.println("bulkhead: the terminal is still in raw mode: type 'stty sane'");
    }
  }

  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(hook);
    restore();
  }

  private static String stty(String... args) throws IOException {
    List<String> command = new ArrayList<>(List.of("stty"));
    command.addAll(List.of(args));
    Process process =
        new ProcessBuilder(command)
            .redirectInput(Redirect.INHERIT)
            .redirectError(Redirect.DISCARD)
            .start();
    try (InputStream out = process.getInputStream()) {
      String answer = new String(out.readAllBytes(), StandardCharsets.US_ASCII).strip();
      int status = process.waitFor();
      if (status != 0) {
        throw new IOException("stty " + String.join(" ", args) + " failed with " + status);
      }
      return answer;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
