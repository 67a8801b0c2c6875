package org.bulkhead.launcher.internal;

import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.osgi.framework.BundleException;

/**
 * Everything that is logged in the process ends in {@code java.util.logging}, and from there in one
 * file: it is in every JDK, libraries that log without OSGi use it, and the launcher can log before
 * any bundle runs. Bundles log through the OSGi log service, which org.bulkhead.log forwards.
 */
final class Logging {

  private static final long LIMIT_BYTES = 5L << 20;
  private static final int KEEP = 4;

  /** Held here, because the log manager holds loggers weakly and would drop their handlers. */
  static final Logger LOG = Logger.getLogger("launcher");

  private Logging() {}

  /** Sends the log to the file, and warnings to standard error as well if asked. */
  static void install(Layout layout, boolean warnOnStderr) {
    Logger root = Logger.getLogger("");
    for (Handler handler : root.getHandlers()) {
      root.removeHandler(handler);
    }
    root.setLevel(Level.INFO);
    Handler file = new LogFile(layout.log(), LIMIT_BYTES, KEEP);
    file.setLevel(Level.ALL);
    root.addHandler(file);
    if (warnOnStderr) {
      Handler stderr = new ConsoleHandler();
      stderr.setLevel(Level.WARNING);
      stderr.setFormatter(new LogFormat());
      root.addHandler(stderr);
    }
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, e) ->
            LOG.log(Level.SEVERE, "thread " + thread.getName() + " ended by an exception", e));
  }

  /**
   * What the Felix framework itself has to say. Of bundles that do not start it says at length what
   * the launcher, or who else started them, says in one line.
   */
  static final class FelixLogger extends org.apache.felix.framework.Logger {
    private static final Logger FELIX = Logger.getLogger("felix");

    @Override
    protected void doLog(int level, String message, Throwable thrown) {
      if (thrown instanceof BundleException && message.contains("Error starting")) {
        return;
      }
      FELIX.log(level == LOG_ERROR ? Level.SEVERE : Level.WARNING, message, thrown);
    }
  }
}
