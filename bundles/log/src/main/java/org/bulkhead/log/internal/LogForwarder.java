package org.bulkhead.log.internal;

import java.time.Instant;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.LogEntry;
import org.osgi.service.log.LogLevel;
import org.osgi.service.log.LogListener;
import org.osgi.service.log.LogReaderService;

/**
 * Forwards what bundles log to {@code java.util.logging}, where the launcher's log file is.
 *
 * <p>Levels are filtered before, by the log service: see {@code org.osgi.service.log.admin.cfg}.
 */
@Component(
    service = {},
    immediate = true)
public final class LogForwarder implements LogListener {

  private final LogReaderService reader;

  /**
   * Called by the container.
   *
   * @param reader where the entries come from
   */
  @Activate
  public LogForwarder(@Reference LogReaderService reader) {
    this.reader = reader;
    reader.addLogListener(this);
  }

  @Deactivate
  void stop() {
    reader.removeLogListener(this);
  }

  @Override
  public void logged(LogEntry entry) {
    // Every change of a bundle or service is an entry too; errors among them come from Felix, which
    // the launcher logs.
    if (entry.getLoggerName() != null && entry.getLoggerName().startsWith("Events.")) {
      return;
    }
    LogRecord forwarded = new LogRecord(level(entry.getLogLevel()), null);
    forwarded.setMessage(entry.getMessage());
    forwarded.setThrown(entry.getException());
    forwarded.setInstant(Instant.ofEpochMilli(entry.getTime()));
    forwarded.setLoggerName(source(entry));
    // The root logger has the handlers; the level was decided where the entry was made.
    Logger root = Logger.getLogger("");
    for (var handler : root.getHandlers()) {
      handler.publish(forwarded);
    }
  }

  private static String source(LogEntry entry) {
    return entry.getBundle() == null ? "osgi" : entry.getBundle().getSymbolicName();
  }

  private static Level level(LogLevel level) {
    return switch (level) {
      case AUDIT, INFO -> Level.INFO;
      case ERROR -> Level.SEVERE;
      case WARN -> Level.WARNING;
      case DEBUG, TRACE -> Level.FINE;
    };
  }
}
