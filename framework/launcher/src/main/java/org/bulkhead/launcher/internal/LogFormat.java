package org.bulkhead.launcher.internal;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/**
 * One line per entry: {@code 2025-03-01 12:00:00.000 WARN deploy: message}, then the stack trace.
 *
 * <p>Further lines of a message are indented, so that no message can pass for another entry.
 */
final class LogFormat extends Formatter {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS").withZone(ZoneId.systemDefault());

  @Override
  public String format(LogRecord entry) {
    StringBuilder line = new StringBuilder(128);
    TIME.formatTo(entry.getInstant(), line);
    line.append(' ').append(level(entry.getLevel())).append(' ');
    line.append(source(entry.getLoggerName())).append(": ");
    line.append(formatMessage(entry).strip().replaceAll("\\R", "\n    ")).append('\n');
    if (entry.getThrown() != null) {
      StringWriter trace = new StringWriter();
      entry.getThrown().printStackTrace(new PrintWriter(trace, true));
      line.append("    ").append(trace.toString().strip()).append('\n');
    }
    return line.toString();
  }

  private static String level(Level level) {
    int value = level.intValue();
    if (value >= Level.SEVERE.intValue()) {
      return "ERROR";
    }
    if (value >= Level.WARNING.intValue()) {
      return "WARN ";
    }
    return value >= Level.INFO.intValue() ? "INFO " : "DEBUG";
  }

  private static String source(String name) {
    if (name == null || name.isEmpty()) {
      return "-";
    }
    return name.startsWith("org.bulkhead.") ? name.substring("org.bulkhead.".length()) : name;
  }
}
